#include <algorithm>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <utility>

#include "net/transport.hpp"

namespace sluice {
namespace {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";

// One call of OpenSSL takes an int.
int capped(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, 1 << 30));
}

class TlsTransport final : public Transport {
  public:
    TlsTransport(PosixDescriptor descriptor, std::unique_ptr<SSL, FreeSsl> ssl)
        : descriptor_(std::move(descriptor)), ssl_(std::move(ssl)) {}

    int descriptor() const override { return descriptor_.number(); }
    bool is_established() const override { return SSL_is_init_finished(ssl_.get()) == 1; }
    bool is_tls() const override { return true; }

    IoOutcome receive(std::span<char> room) override {
        ERR_clear_error();
        return outcome(SSL_read(ssl_.get(), room.data(), capped(room.size())));
    }
    IoOutcome send(std::string_view bytes) override {
        ERR_clear_error();
        return outcome(SSL_write(ssl_.get(), bytes.data(), capped(bytes.size())));
    }

  private:
    IoOutcome outcome(int result) {
        if (result > 0) return {IoStatus::done, static_cast<std::size_t>(result)};
        switch (SSL_get_error(ssl_.get(), result)) {
            case SSL_ERROR_WANT_READ:
                return {IoStatus::wants_read, 0};
            case SSL_ERROR_WANT_WRITE:
                return {IoStatus::wants_write, 0};
            default:
                return {IoStatus::closed, 0};
        }
    }

    PosixDescriptor descriptor_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
};

Error refused(const std::string& what, const std::string& path) {
    const unsigned long number = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(number);
    ERR_clear_error();
    return {Errc::invalid,
            what + " " + path + ": " + (reason == nullptr ? "cannot be used" : reason)};
}

Result<void> check_key_rights(const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        return Error{Errc::invalid, "the TLS key " + path + " cannot be read"};
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return Error{Errc::invalid,
                     "the TLS key " + path + " can be read by others; use chmod 600 on it"};
    }
    return {};
}

void set_rules(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, tls12_ciphers);
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_max_early_data(context, 0);
}

Result<void> load_files(SSL_CTX* context, const TlsFiles& files) {
    SLUICE_TRY(check_key_rights(files.key));
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
        return refused("the TLS certificate", files.certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return refused("the TLS key", files.key);
    }
    if (files.client_ca.empty()) return {};
    if (SSL_CTX_load_verify_locations(context, files.client_ca.c_str(), nullptr) != 1) {
        return refused("the TLS client CA", files.client_ca);
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    constexpr unsigned char session_name[] = "sluice";
    SSL_CTX_set_session_id_context(context, session_name, sizeof session_name - 1);
    return {};
}

}  // namespace

struct TlsContext::State {
    std::unique_ptr<SSL_CTX, FreeContext> context;
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::open(const TlsFiles& files) {
    std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_server_method()));
    SLUICE_CHECK(context != nullptr, "OpenSSL has no memory or no TLS");
    set_rules(context.get());
    SLUICE_TRY(load_files(context.get(), files));
    return std::unique_ptr<TlsContext>(
        new TlsContext(std::make_unique<State>(State{std::move(context)})));
}

std::unique_ptr<Transport> TlsContext::accept(PosixDescriptor descriptor) {
    std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(state_->context.get()));
    SLUICE_CHECK(ssl != nullptr, "OpenSSL has no memory");
    SSL_set_fd(ssl.get(), descriptor.number());
    SSL_set_accept_state(ssl.get());
    return std::make_unique<TlsTransport>(std::move(descriptor), std::move(ssl));
}

}  // namespace sluice
