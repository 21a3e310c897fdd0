#include "command_store/error_meaning.hpp"

#include <array>
#include <string>

#include "resp/refusal.hpp"

namespace sluice {
namespace {

struct Row {
    std::string_view start;
    Errc code;
};

// What a word says beyond whether it will pass; the first that fits.
constexpr std::array rows = {
    Row{"NOGROUP", Errc::not_found},
    Row{"NOTENANT", Errc::not_found},
    Row{"BUSYGROUP", Errc::exists},
    Row{"WRONGTYPE", Errc::conflict},
    Row{"DISKFULL", Errc::limit},
    Row{"CORRUPT", Errc::corrupt},
    Row{"UNBLOCKED", Errc::closed},
    Row{"ERR there is no", Errc::not_found},
    Row{"ERR no such key", Errc::not_found},
    Row{"ERR the stream", Errc::not_found},
    Row{"ERR unknown command", Errc::unsupported},
};

Errc code_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::lasting:
            return Errc::invalid;
        case Refusal::passing:
            return Errc::unavailable;
        case Refusal::full:
            return Errc::limit;
        case Refusal::unclear:
            return Errc::io;
    }
    return Errc::invalid;
}

}  // namespace

ErrorMeaning meaning_of(std::string_view error_reply) {
    for (const Row& row : rows) {
        if (!error_reply.starts_with(row.start)) continue;
        return {{row.code, std::string(error_reply)}};
    }
    const Refusal refusal = refusal_of(error_reply);
    const bool is_unclear = refusal == Refusal::unclear;
    return {{code_of(refusal), std::string(error_reply)},
            is_unclear ? Outcome::indeterminate : Outcome::failed};
}

}  // namespace sluice
