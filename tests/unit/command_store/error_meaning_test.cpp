#include "command_store/error_meaning.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ErrorMeaning, says_what_the_caller_can_do) {
    struct Case {
        std::string_view reply;
        Errc code;
        Outcome outcome = Outcome::failed;
    };
    for (const Case& each : {
             Case{"NOGROUP No such key 'a'", Errc::not_found},
             Case{"NOTENANT no such tenant", Errc::not_found},
             Case{"BUSY retry after 5 ms: full", Errc::limit},
             Case{"BUSYGROUP Consumer Group name already exists", Errc::exists},
             Case{"WRONGTYPE Operation against a key", Errc::conflict},
             Case{"DISKFULL the disk is full", Errc::limit},
             Case{"MISCONF the journal cannot be written", Errc::unavailable},
             Case{"LOADING", Errc::unavailable},
             Case{"ERR max number of clients reached", Errc::unavailable},
             Case{"OOM command not allowed", Errc::limit},
             Case{"CORRUPT bytes 1-2 are damaged", Errc::corrupt},
             Case{"IOERR read segment", Errc::io, Outcome::indeterminate},
             Case{"ERR there is no dead letter 1-1", Errc::not_found},
             Case{"ERR syntax error", Errc::invalid},
             Case{"ERR unknown command 'SLUICE.LEASE'", Errc::unsupported},
             Case{"NOAUTH Authentication required.", Errc::invalid},
         }) {
        SCOPED_TRACE(each.reply);
        const ErrorMeaning meaning = meaning_of(each.reply);
        EXPECT_EQ(meaning.error.code, each.code);
        EXPECT_EQ(meaning.outcome, each.outcome);
        EXPECT_EQ(meaning.error.message, each.reply);
    }
}

}  // namespace
}  // namespace sluice
