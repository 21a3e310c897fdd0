#include "client_library/client_error.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using std::chrono::milliseconds;

TEST(ClientErrorTable, says_what_a_program_can_do_about_a_refusal) {
    struct Case {
        std::string_view reply;
        ErrorKind kind;
        milliseconds retry_after{0};
    };
    for (const Case& each : {
             Case{"BUSY retry after 250 ms: stream 's' is at HARDLEN", ErrorKind::busy,
                  milliseconds(250)},
             Case{"OOM command not allowed", ErrorKind::busy, milliseconds(1000)},
             Case{"ERR max number of clients reached", ErrorKind::unavailable},
             Case{"READONLY a replica", ErrorKind::unavailable},
             Case{"DISKFULL no space", ErrorKind::unavailable},
             Case{"IOERR read", ErrorKind::indeterminate},
             Case{"NOGROUP no such group", ErrorKind::not_found},
             Case{"NOAUTH Authentication required.", ErrorKind::refused},
             Case{"BUSYGROUP it is there", ErrorKind::failed},
             Case{"ERR syntax error", ErrorKind::failed},
         }) {
        SCOPED_TRACE(each.reply);
        const ClientError error = refused_by_server("publish", each.reply);
        EXPECT_EQ(error.kind, each.kind);
        EXPECT_EQ(error.retry_after, each.retry_after);
        EXPECT_TRUE(error.message.starts_with("publish: " + std::string(each.reply)));
        const bool is_passing_kind = each.kind == ErrorKind::busy ||
                                     each.kind == ErrorKind::unavailable ||
                                     each.kind == ErrorKind::indeterminate;
        EXPECT_EQ(is_passing(error), is_passing_kind);
    }
}

}  // namespace
}  // namespace sluice
