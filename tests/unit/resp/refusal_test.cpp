#include "resp/refusal.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Refusal, says_whether_it_is_worth_asking_again) {
    struct Case {
        std::string_view reply;
        Refusal refusal;
    };
    for (const Case& each : {
             // Consumers died of it after a restart, when all of them connected at once.
             Case{"ERR max number of clients reached", Refusal::passing},
             Case{"LOADING the journal is being read", Refusal::passing},
             Case{"MISCONF the journal cannot be written", Refusal::passing},
             Case{"DISKFULL no space", Refusal::passing},
             Case{"READONLY You can't write against a read only replica.", Refusal::passing},
             Case{"TRYAGAIN Multiple keys request during rehashing of slot", Refusal::passing},
             Case{"BUSY retry after 5 ms: stream 'a' is at HARDLEN 10", Refusal::full},
             Case{"OOM command not allowed when used memory > 'maxmemory'.", Refusal::full},
             Case{"IOERR read segment", Refusal::unclear},
             Case{"BUSYGROUP Consumer Group name already exists", Refusal::lasting},
             Case{"ERR syntax error", Refusal::lasting},
             Case{"NOAUTH Authentication required.", Refusal::lasting},
             Case{"", Refusal::lasting},
         }) {
        EXPECT_EQ(refusal_of(each.reply), each.refusal) << each.reply;
    }
}

TEST(Refusal, says_when) {
    EXPECT_EQ(wait_of("BUSY retry after 250 ms: full"), Duration::from_ms(250));
    EXPECT_EQ(wait_of("OOM command not allowed"), Duration::from_seconds(1));
    EXPECT_EQ(wait_of("BUSY retry after soon"), Duration::from_seconds(1));
    EXPECT_EQ(wait_of("BUSY retry after 99999999999999999999 ms"), Duration::from_seconds(1));
    EXPECT_EQ(wait_of("BUSY retry after 9999999999 ms"), Duration::from_seconds(3600));
    EXPECT_EQ(wait_of("BUSY retry after -1 ms"), Duration{});
}

}  // namespace
}  // namespace sluice
