#include "client_library/client_error.hpp"

#include <array>

#include "resp/refusal.hpp"

namespace sluice {
namespace {

struct Meaning {
    std::string_view word;  // the reply begins with it
    ErrorKind kind;
    std::string_view advice;
};

constexpr std::array<Meaning, 5> meanings = {{
    {"NOAUTH", ErrorKind::refused,
     "; the server asks for a password: redis://:PASSWORD@host, or ConnectOptions::password"},
    {"WRONGPASS", ErrorKind::refused, "; is the password that of the server?"},
    {"NOPERM", ErrorKind::refused, ""},
    {"NOGROUP", ErrorKind::not_found, ""},
    {"ERR unknown command", ErrorKind::failed, "; is it a Sluice server?"},
}};

ErrorKind kind_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::lasting:
            return ErrorKind::failed;
        case Refusal::passing:
        case Refusal::full:
            return ErrorKind::unavailable;
        case Refusal::unclear:
            return ErrorKind::indeterminate;
    }
    return ErrorKind::failed;
}

std::string sentence(std::string_view action, std::string_view text) {
    return std::string(action) + ": " + std::string(text);
}

}  // namespace

ClientError lost_answer(std::string_view action, const Error& error) {
    const bool is_ours = error.code == Errc::invalid || error.code == Errc::limit;
    return {is_ours ? ErrorKind::failed : ErrorKind::indeterminate,
            sentence(action, error.message)};
}

ClientError not_reached(const Error& error) {
    return {ErrorKind::unavailable,
            sentence("connect", error.message) + "; is a Sluice server running there?"};
}

ClientError refused_by_server(std::string_view action, std::string_view text) {
    for (const Meaning& each : meanings) {
        if (!text.starts_with(each.word)) continue;
        return {each.kind, sentence(action, text) + std::string(each.advice)};
    }
    return {kind_of(refusal_of(text)), sentence(action, text)};
}

ClientError odd_reply(std::string_view action, const Reply& reply) {
    constexpr std::size_t shown_max = 200;
    return {ErrorKind::failed,
            sentence(action, "the server answered " + printed(reply).substr(0, shown_max))};
}

bool is_passing(const ClientError& error) {
    return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::indeterminate;
}

}  // namespace sluice
