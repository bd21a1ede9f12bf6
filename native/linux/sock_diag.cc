#include "sock_diag.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

namespace socktable {
namespace {

// The kernel makes a reply as large as the largest buffer that this socket ever received into, 32
// KiB at the most (net/netlink/af_netlink.c, netlink_recvmsg): a larger one gains nothing.
constexpr size_t kBufferSize = 32 * 1024;

// A dump answers within microseconds; the limit only keeps a broken kernel from holding a thread.
constexpr time_t kAnswerSeconds = 30;

uint8_t InetProtocol(Protocol protocol) {
  return protocol == Protocol::kTcp ? IPPROTO_TCP : IPPROTO_UDP;
}

}  // namespace

Status SockDiag::Open() {
  fd_ = UniqueFd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd_.valid()) return Status::Os(errno, "socket(NETLINK_SOCK_DIAG)");
  const timeval limit{kAnswerSeconds, 0};
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) {
    return Status::Os(errno, "setsockopt(SO_RCVTIMEO)");
  }
  buffer_.resize(kBufferSize);
  return Status::Ok();
}

Status SockDiag::Send(uint16_t type, uint16_t flags, const void* body, size_t size,
                      const std::vector<uint8_t>& filter) {
  nlmsghdr header{};
  nlattr attribute{};
  const size_t attribute_size = filter.empty() ? 0 : sizeof attribute + filter.size();
  header.nlmsg_len = static_cast<uint32_t>(sizeof header + size + attribute_size);
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  header.nlmsg_seq = ++sequence_;
  attribute.nla_len = static_cast<uint16_t>(attribute_size);
  attribute.nla_type = INET_DIAG_REQ_BYTECODE;

  iovec parts[] = {
      {&header, sizeof header},
      {const_cast<void*>(body), size},
      {&attribute, filter.empty() ? 0 : sizeof attribute},
      {const_cast<uint8_t*>(filter.data()), filter.size()},
  };
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof kernel;
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  while (sendmsg(fd_.get(), &message, 0) < 0) {
    if (errno != EINTR) return Status::Os(errno, "sendmsg(NETLINK_SOCK_DIAG)");
  }
  return Status::Ok();
}

// Receives replies of the kernel itself; any process may send to a netlink socket.
Status SockDiag::Receive(size_t* size) {
  for (;;) {
    sockaddr_nl sender{};
    iovec part{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t received = recvmsg(fd_.get(), &message, 0);
    if (received < 0) {
      if (errno == EINTR) continue;
      const int code = errno == EAGAIN ? ETIMEDOUT : errno;
      return Status::Os(code, "recvmsg(NETLINK_SOCK_DIAG)");
    }
    if (sender.nl_pid != 0) continue;
    if (received == 0) return Status::Os(EPROTO, "recvmsg(NETLINK_SOCK_DIAG)");
    if ((message.msg_flags & MSG_TRUNC) != 0) {
      return Status::Os(EMSGSIZE, "recvmsg(NETLINK_SOCK_DIAG)");
    }
    *size = static_cast<size_t>(received);
    return Status::Ok();
  }
}

Status SockDiag::Dump(const DiagRequest& request, const Query& query, RowCollector& rows,
                      bool* interrupted) {
  inet_diag_sockid id{};
  id.idiag_sport = htons(request.local_port);
  id.idiag_dport = htons(request.remote_port);
  Status status;
  if (request.family == AF_UNSPEC) {
    // A version 2 request with AF_UNSPEC is refused: handlers are looked up by family. The older
    // request for TCP sets AF_UNSPEC itself, so that one walk of the hash table shows both families
    // (net/ipv4/inet_diag.c, inet_diag_dump_compat).
    inet_diag_req body{};
    body.idiag_family = AF_INET;
    body.id = id;
    body.idiag_states = request.kernel_states;
    status = Send(TCPDIAG_GETSOCK, NLM_F_DUMP, &body, sizeof body, request.filter);
  } else {
    inet_diag_req_v2 body{};
    body.sdiag_family = request.family;
    body.sdiag_protocol = InetProtocol(request.protocol);
    body.idiag_states = request.kernel_states;
    body.id = id;
    status = Send(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &body, sizeof body, request.filter);
  }
  if (!status.ok()) return status;

  for (;;) {
    if (query.Cancelled()) return Status::Os(ECANCELED, "recvmsg(NETLINK_SOCK_DIAG)");
    size_t size = 0;
    status = Receive(&size);
    if (!status.ok()) return status;
    const DiagReplies replies =
        ParseDiagReplies(buffer_.data(), size, sequence_, request.protocol, rows);
    if (replies.interrupted) *interrupted = true;
    if (replies.malformed) return Status::Os(EBADMSG, "recvmsg(NETLINK_SOCK_DIAG)");
    if (replies.error != 0) return Status::Os(replies.error, "dump(NETLINK_SOCK_DIAG)");
    if (replies.done) return Status::Ok();
  }
}

Status SockDiag::Find(const Row& row) {
  inet_diag_req_v2 body{};
  body.sdiag_family = row.IsIPv6() ? AF_INET6 : AF_INET;
  body.sdiag_protocol = InetProtocol(row.protocol);
  body.idiag_states = UINT32_MAX;
  memcpy(body.id.idiag_src, row.local_address, sizeof row.local_address);
  memcpy(body.id.idiag_dst, row.remote_address, sizeof row.remote_address);
  body.id.idiag_sport = htons(row.local_port);
  body.id.idiag_dport = htons(row.remote_port);
  body.id.idiag_if = row.interface;
  body.id.idiag_cookie[0] = static_cast<uint32_t>(row.cookie);
  body.id.idiag_cookie[1] = static_cast<uint32_t>(row.cookie >> 32);
  Status status = Send(SOCK_DIAG_BY_FAMILY, 0, &body, sizeof body, {});
  if (!status.ok()) return status;

  size_t size = 0;
  status = Receive(&size);
  if (!status.ok()) return status;
  nlmsghdr header;
  nlmsgerr failure;
  if (size < sizeof header) return Status::Os(EBADMSG, "recvmsg(NETLINK_SOCK_DIAG)");
  memcpy(&header, buffer_.data(), sizeof header);
  if (header.nlmsg_type != NLMSG_ERROR) return Status::Ok();
  if (size < sizeof header + sizeof failure) {
    return Status::Os(EBADMSG, "recvmsg(NETLINK_SOCK_DIAG)");
  }
  memcpy(&failure, buffer_.data() + sizeof header, sizeof failure);
  return Status::Os(ErrnoOfReply(failure.error), "find(NETLINK_SOCK_DIAG)");
}

}  // namespace socktable
