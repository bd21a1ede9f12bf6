/** The texts of --help. No line is longer than 80 characters. */

const EXIT_CODES = `Exit codes:
  0  something was found
  1  nothing was found
  2  wrong usage
  3  the socket table could not be read, or the output not written`

const OUTPUT = `      --json            one JSON object: source, complete, hidden, rows and more
      --csv             comma-separated values with a header; a name that begins
                        like a formula gets an apostrophe in front
      --source NAME     sock_diag or procfs (Linux), iphlpapi (Windows), pcblist
                        or libproc (macOS); by default the best that works
  -h, --help            this text
  -V, --version         the version of socktable`

const SOCKTABLE = `Shows the TCP and UDP sockets of this machine, and the processes that hold them.

Usage:
  socktable                  listening sockets
  socktable list [OPTIONS]   sockets of your choice (the word may be left out)
  socktable who PORT         who has this local port
  socktable check PORT...    could a server bind these ports; if not, why not
  socktable explain TEXT     an error about a port in plain words
  socktable wait PORT        until somebody listens on it
  socktable free [RANGE]     ports that a server could bind now
  socktable kill PORT...     end those who listen on these ports
  socktable tree PORT|PID    what a process came from, and what it started
  socktable run -- COMMAND   a program with a port of its own
  socktable watch [OPTIONS]  a table that follows what opens, closes and changes

Examples:
  socktable who 3000         who keeps my server from starting?
  socktable -tulpn           listening TCP and UDP sockets, as with netstat
  socktable list --all --pid 4242
  socktable list --state ESTABLISHED,TIME_WAIT --port 8000-8999
  socktable --json | jq -r '.rows[] | "\\(.localPort) \\(.processName)"'

Each of them tells its options with --help. Colour is for terminals alone, and
NO_COLOR=1 turns it off. NODE_DEBUG=socktable tells more about errors.

${EXIT_CODES}`

const LIST = `Lists sockets.

Usage: socktable list [OPTIONS]      (the word "list" may be left out)

Which sockets (as with netstat: by default those that have a peer; with --state,
--port, --remote-port or --pid all that match):
  -l, --listening       those that wait for peers: TCP in LISTEN and UDP that is
                        not connected
  -a, --all             both
  -B, --bound           also TCP sockets that are bound to a port and neither
                        listen nor connect (Linux 6.8 and later, macOS); not
                        with -l

Filters:
  -t, --tcp             TCP only          -4, --ipv4   IPv4 sockets only
  -u, --udp             UDP only          -6, --ipv6   IPv6 sockets only
      --state NAME,...  TCP states: LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED,
                        FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK,
                        TIME_WAIT, CLOSED, BOUND
      --port N|A-B,...  local port
      --remote-port ... remote port
      --pid N,...       sockets that these processes hold

Output:
${OUTPUT}
  -n, -p                accepted as in netstat: addresses are always numeric and
                        programs always shown

tcp6 and udp6 are IPv6 sockets; "[::]:80 +v4" takes IPv4 connections as well.
"7,8+3" are five processes that share a socket. A PID of "-" means that there is
no owner or that it is hidden; "socktable who" says which in words, and --json
and --csv as "ownerUnknown". On a terminal an ellipsis stands for what had no
room; ports and PIDs are always whole from 40 columns on. Elsewhere nothing is
cut.

${EXIT_CODES}`

const WHO = `Shows who has a local port: first those who listen on it or are bound to it,
then mere clients, whose connections happen to use it.

Usage: socktable who PORT [OPTIONS]      (PORT is 3000 or :3000)

  -t, --tcp  -u, --udp  -4, --ipv4  -6, --ipv6     only these sockets
${OUTPUT}

Every process that shares a socket is shown. Where none is known, the reason
stands in its place.

Examples:
  socktable who 3000
  socktable who 53 --udp
  socktable who 3000 --json | jq '.rows[] | select(.state == "LISTEN").pid'

${EXIT_CODES}`

export function helpText(topic: 'socktable' | 'list' | 'who'): string {
  return { socktable: SOCKTABLE, list: LIST, who: WHO }[topic]
}
