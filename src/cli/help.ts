/** The texts of --help. No line is longer than 80 characters. */

const EXIT_CODES = `Exit codes:
  0  something was found
  1  nothing was found
  2  wrong usage
  3  the socket table could not be read`

const OUTPUT = `      --json            one JSON object: source, complete, hidden, rows and more
      --csv             comma-separated values with a header
      --source NAME     sock_diag or procfs; default: the best that works
  -h, --help            this text
  -V, --version         the version of socktable`

const SOCKTABLE = `Shows the TCP and UDP sockets of this machine, and the processes that hold them.

Usage:
  socktable                  listening sockets
  socktable list [OPTIONS]   sockets of your choice (the word may be left out)
  socktable who PORT         who has this local port

Examples:
  socktable who 3000         who keeps my server from starting?
  socktable -tulpn           listening TCP and UDP sockets, as with netstat
  socktable list --all --pid 4242
  socktable list --state ESTABLISHED,TIME_WAIT --port 8000-8999
  socktable --json | jq -r '.rows[] | "\\(.localPort) \\(.processName)"'

"socktable list --help" and "socktable who --help" tell the options.

${EXIT_CODES}`

const LIST = `Lists sockets.

Usage: socktable list [OPTIONS]      (the word "list" may be left out)

Which sockets (as with netstat: by default those that have a peer):
  -l, --listening       those that wait for peers: TCP in LISTEN and UDP that is
                        not connected
  -a, --all             both
  -B, --bound           also TCP sockets that are bound to a port and neither
                        listen nor connect (Linux 6.8 and later)

Filters (each shows all that match, unless -l narrows it):
  -t, --tcp             TCP only          -4, --ipv4   IPv4 sockets only
  -u, --udp             UDP only          -6, --ipv6   IPv6 sockets only
      --state NAME,…    TCP states: LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED,
                        FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK,
                        TIME_WAIT, BOUND
      --port N|A-B,…    local port
      --remote-port …   remote port
      --pid N,…         sockets that these processes hold

Output:
${OUTPUT}
  -n, -p                accepted as in netstat: addresses are always numeric and
                        programs always shown

tcp6 and udp6 are IPv6 sockets; "[::]:80 +v4" takes IPv4 connections as well.
A PID of "-" means that the kernel keeps no owner or that it is hidden; --json
gives the reason as "ownerUnknown".

${EXIT_CODES}`

const WHO = `Shows who has a local port: first those who listen on it or are bound to it,
then mere clients, whose connections happen to use it.

Usage: socktable who PORT [OPTIONS]

  -t, --tcp  -u, --udp  -4, --ipv4  -6, --ipv6     only these sockets
${OUTPUT}

${EXIT_CODES}`

export function helpText(topic: 'socktable' | 'list' | 'who'): string {
  return { socktable: SOCKTABLE, list: LIST, who: WHO }[topic]
}
