/** What differs between two runs of the same example, as the documentation shows it. Pure. */

/** Numbers of the kernel, times, and descriptors, which depend on the version of Node.js. */
const SHOWN: Readonly<Record<string, string>> = {
  id: "'15962'",
  inode: '15962',
  fd: '18',
  fds: '[ 18 ]',
  startTime: "'1284706'",
  startedAt: '1767225600000',
  heldUntil: '1767225600000',
}

/** The text with these values, where Node prints them as properties of an object or as JSON. */
export function steady(output: string): string {
  return output.replaceAll(
    /("?)\b([a-zA-Z]+)\1: ?('\d+'|"\d+"|\d+|\[ ?\d+ ?\])/g,
    (text: string, quote: string, name: string, value: string) => {
      const shown = SHOWN[name]
      if (shown === undefined) return text
      if (quote === '') return `${name}: ${shown}`
      return `"${name}":${value.startsWith('"') ? shown.replaceAll("'", '"') : shown.replaceAll(' ', '')}`
    },
  )
}
