// The bytes of one connection, plain or through TLS, never waiting.
//
// Errors     as an IoStatus; why a connection broke is nobody's business but the log's
// Threads    the loop's
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "event/result.hpp"
#include "io/posix_file.hpp"

namespace sluice {

enum class IoStatus {
    done,         // `size` bytes went through
    wants_read,   // nothing now; try again when the descriptor is readable
    wants_write,  // nothing now; try again when it is writable
    closed,       // the peer is gone
};

struct IoOutcome {
    IoStatus status = IoStatus::done;
    std::size_t size = 0;
};

class Transport {
  public:
    virtual ~Transport() = default;
    virtual int descriptor() const = 0;
    // `room` is at least receive_min bytes: more than a TLS record, so that nothing stays behind
    // where epoll does not see it.
    static constexpr std::size_t receive_min = 64UL << 10;
    virtual IoOutcome receive(std::span<char> room) = 0;
    virtual IoOutcome send(std::string_view bytes) = 0;
    // False while a handshake is under way.
    virtual bool is_established() const { return true; }
    virtual bool is_tls() const { return false; }
};

std::unique_ptr<Transport> plain_transport(PosixDescriptor descriptor);

// The certificate and the rules of a TLS door: TLS 1.2 (ECDHE with AEAD only) and 1.3, no
// compression, no renegotiation, no early data.
struct TlsFiles {
    std::string certificate;
    std::string key;
    std::string client_ca;  // empty: clients show no certificate
};

class TlsContext {
  public:
    // Errors: invalid, naming the file that does not fit.
    static Result<std::unique_ptr<TlsContext>> open(const TlsFiles& files);
    ~TlsContext();

    // Starts the server's side of a handshake.
    std::unique_ptr<Transport> accept(PosixDescriptor descriptor);

  private:
    struct State;
    explicit TlsContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace sluice
