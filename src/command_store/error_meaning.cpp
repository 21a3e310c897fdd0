#include "command_store/error_meaning.hpp"

#include <array>
#include <string>

namespace sluice {
namespace {

struct Row {
    std::string_view start;
    Errc code;
    Outcome outcome = Outcome::failed;
};

// The first that fits; docs/protocol/resp.md, "Errors".
constexpr std::array rows = {
    Row{"NOGROUP", Errc::not_found},
    Row{"NOTENANT", Errc::not_found},
    Row{"BUSYGROUP", Errc::exists},
    Row{"WRONGTYPE", Errc::conflict},
    Row{"DISKFULL", Errc::limit},
    Row{"OOM", Errc::limit},
    Row{"BUSY", Errc::limit},
    Row{"CORRUPT", Errc::corrupt},
    Row{"IOERR", Errc::io, Outcome::indeterminate},
    Row{"MISCONF", Errc::unavailable},
    Row{"LOADING", Errc::unavailable},
    Row{"UNBLOCKED", Errc::closed},
    Row{"ERR there is no", Errc::not_found},
    Row{"ERR no such key", Errc::not_found},
    Row{"ERR the stream", Errc::not_found},
    Row{"ERR unknown command", Errc::unsupported},
};

}  // namespace

ErrorMeaning meaning_of(std::string_view error_reply) {
    for (const Row& row : rows) {
        if (!error_reply.starts_with(row.start)) continue;
        return {{row.code, std::string(error_reply)}, row.outcome};
    }
    return {{Errc::invalid, std::string(error_reply)}};
}

}  // namespace sluice
