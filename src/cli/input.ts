/** Text that is piped into the command. */

/** How many characters are kept, of the end: what a program printed last is why it ended. */
const MOST = 1 << 20

/**
 * All of standard input, shown as it comes where that is a terminal, so that a program whose output is
 * piped here can be followed. The first Ctrl-C ends the reading, as it ends that program.
 */
export async function readInput(): Promise<string> {
  const { stdin, stdout } = process
  const stop = () => stdin.destroy()
  process.once('SIGINT', stop)
  let text = ''
  stdin.setEncoding('utf8')
  try {
    for await (const chunk of stdin) {
      if (stdout.isTTY) stdout.write(chunk as string)
      text = (text + (chunk as string)).slice(-MOST)
    }
  } catch (error) {
    if (!stdin.destroyed) throw error
  } finally {
    process.off('SIGINT', stop)
  }
  return text
}
