#include <cerrno>
#include <sys/socket.h>
#include <utility>

#include "net/transport.hpp"

namespace sluice {
namespace {

class PlainTransport final : public Transport {
  public:
    explicit PlainTransport(PosixDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

    int descriptor() const override { return descriptor_.number(); }

    IoOutcome receive(std::span<char> room) override {
        const ssize_t size = ::recv(descriptor_.number(), room.data(), room.size(), 0);
        if (size > 0) return {IoStatus::done, static_cast<std::size_t>(size)};
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {IoStatus::wants_read, 0};
        return {IoStatus::closed, 0};
    }

    IoOutcome send(std::string_view bytes) override {
        const ssize_t size = ::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size >= 0) return {IoStatus::done, static_cast<std::size_t>(size)};
        if (errno == EAGAIN || errno == EINTR) return {IoStatus::wants_write, 0};
        return {IoStatus::closed, 0};
    }

  private:
    PosixDescriptor descriptor_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(PosixDescriptor descriptor) {
    return std::make_unique<PlainTransport>(std::move(descriptor));
}

}  // namespace sluice
