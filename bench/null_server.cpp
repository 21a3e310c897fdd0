// null_server: reads the commands of the workloads and answers them from thin air.
//
// What it costs is sockets and parsing alone: the bound that no real server can pass, and the proof
// that the driver is faster than any server it measures. It keeps counts, not entries.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>

#include "reply_scanner.hpp"
#include "request_text.hpp"

namespace sluice::bench {

namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t send_at_bytes = 256 * 1024;
constexpr std::uint64_t first_ms = 1'000'000'000'000;  // thirteen digits, as real ids have

void write_digits(char* out, std::uint64_t value, std::size_t digits) {
    for (std::size_t i = digits; i-- > 0; value /= 10) {
        out[i] = static_cast<char>('0' + value % 10);
    }
}

struct Stream {
    std::uint64_t length = 0;
    std::string fields;                                   // of the last entry, as RESP
    std::unordered_map<std::string, std::uint64_t> read;  // by group: entries given out
};

class Answers {
  public:
    // A whole request; the reply goes to the end of `out`.
    void answer(const std::vector<std::string_view>& args, std::string& out) {
        const std::string_view name = args.front();
        if (name == "XADD") return add(args, out);
        if (name == "PING") {
            out += "+PONG\r\n";
        } else if (name == "XREADGROUP") {
            read_group(args, out);
        } else if (name == "XACK") {
            integer(args.size() - 3, out);
        } else if (name == "XLEN") {
            integer(streams_[std::string(args[1])].length, out);
        } else if (name == "XRANGE" || name == "XREVRANGE") {
            out += "*0\r\n";
        } else if (name == "XGROUP") {
            out += "+OK\r\n";
        } else if (name == "XPENDING") {
            out += "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n";
        } else {
            out += "-ERR unknown command\r\n";
        }
    }

  private:
    void add(const std::vector<std::string_view>& args, std::string& out) {
        Stream& stream = stream_of(args[1]);
        ++stream.length;
        if (stream.fields.empty()) {
            append_array(stream.fields, 2);
            append_bulk(stream.fields, args[args.size() - 2]);
            append_bulk(stream.fields, args.back());
        }
        char reply[] = "$15\r\n0000000000000-0\r\n";
        write_digits(reply + 5, first_ms + stream.length, 13);
        out.append(reply, sizeof reply - 1);
    }

    // XREADGROUP GROUP group consumer COUNT n STREAMS key >
    void read_group(const std::vector<std::string_view>& args, std::string& out) {
        Stream& stream = stream_of(args[7]);
        std::uint64_t& read = stream.read[std::string(args[2])];
        std::uint64_t count = 0;
        std::from_chars(args[5].data(), args[5].data() + args[5].size(), count);
        count = std::min(count, stream.length - read);
        if (count == 0) {
            out += "*-1\r\n";
            return;
        }
        append_array(out, 1);
        append_array(out, 2);
        append_bulk(out, args[7]);
        append_array(out, count);
        for (std::uint64_t i = 0; i < count; ++i) {
            char head[] = "*2\r\n$15\r\n0000000000000-0\r\n";
            write_digits(head + 9, first_ms + ++read, 13);
            out.append(head, sizeof head - 1);
            out += stream.fields;
        }
    }

    static void integer(std::uint64_t value, std::string& out) {
        out += ':';
        out += std::to_string(value);
        out += "\r\n";
    }

    // The last stream is remembered: workloads stay with one for long.
    Stream& stream_of(std::string_view name) {
        if (last_ == nullptr || name != last_name_) {
            last_name_ = name;
            last_ = &streams_[last_name_];
        }
        return *last_;
    }

    std::unordered_map<std::string, Stream> streams_;
    std::string last_name_;
    Stream* last_ = nullptr;
};

class Client {
  public:
    explicit Client(int fd) : fd_(fd) {}
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Reads once and answers what is whole; false when the peer is gone.
    bool serve(Answers& answers) {
        const std::size_t kept = received_.size();
        received_.resize(kept + read_bytes);
        const ssize_t size = ::recv(fd_, received_.data() + kept, read_bytes, 0);
        received_.resize(kept + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        if (size <= 0) return false;
        std::size_t used = answer_all(answers);
        received_.erase(0, used);
        return send_out() && !scanner_.broken();
    }

  private:
    // Bytes of the requests that were whole. A request that is not is looked at again later.
    std::size_t answer_all(Answers& answers) {
        std::size_t done = 0;
        std::size_t begin = 0;
        std::size_t used = 0;
        const std::string_view bytes = received_;
        ReplyScanner at_request = scanner_;
        args_.clear();
        while (const auto token = scanner_.next(bytes.substr(begin), used)) {
            begin += used;
            if (token->kind == '$') args_.push_back(token->text);
            if (!token->ends_reply) continue;
            answers.answer(args_, out_);
            args_.clear();
            done = begin;
            at_request = scanner_;
            if (out_.size() >= send_at_bytes && !send_out()) return done;
        }
        if (!scanner_.broken()) scanner_ = at_request;
        return done;
    }

    // Blocks when the peer does not read: the driver always does.
    bool send_out() {
        std::string_view bytes = out_;
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        out_.clear();
        return true;
    }

    int fd_;
    std::string received_;
    std::string out_;
    std::vector<std::string_view> args_;
    ReplyScanner scanner_;
};

int listen_on(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
    return ::listen(fd, 1024) == 0 ? fd : -1;
}

void watch(int epoll, int fd, std::uint64_t tag) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = tag}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int serve(int listener) {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    const auto listener_tag = static_cast<std::uint64_t>(listener);
    watch(epoll, listener, listener_tag);
    Answers answers;
    std::unordered_map<std::uint64_t, std::unique_ptr<Client>> clients;
    std::array<epoll_event, 256> events;
    while (true) {
        const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
            if (tag != listener_tag) {
                if (!clients.at(tag)->serve(answers)) clients.erase(tag);
                continue;
            }
            const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) continue;
            const int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            clients.emplace(fd, std::make_unique<Client>(fd));
            watch(epoll, fd, static_cast<std::uint64_t>(fd));
        }
    }
}

}  // namespace

}  // namespace sluice::bench

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: null_server PORT\n", stderr);
        return 64;
    }
    const int port = std::atoi(argv[1]);
    const int listener = sluice::bench::listen_on(static_cast<std::uint16_t>(port));
    if (listener < 0) {
        std::fprintf(stderr, "null_server: port %d: cannot listen\n", port);
        return 1;
    }
    std::printf("ready port=%d\n", port);
    std::fflush(stdout);
    return sluice::bench::serve(listener);
}
