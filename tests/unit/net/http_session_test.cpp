#include "net/http_session.hpp"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <initializer_list>

namespace sluice {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";

// A session and a door that answers each request with its method, path and body.
class HttpSessionTest : public testing::Test {
  protected:
    std::string receive(std::string_view bytes) {
        session.on_input(bytes, now);
        answer();
        return take();
    }
    void answer() {
        while (const HttpRequest* request = session.request()) {
            ++requests;
            session.respond(plain_text(std::string(name_of(request->method)) + " " + request->path +
                                       " " + request->body),
                            now);
        }
    }
    std::string take() {
        std::string bytes(session.output());
        session.on_sent(bytes.size(), now);
        return bytes;
    }
    std::string wait_until_deadline() {
        now = session.deadline();
        session.on_time(now);
        return take();
    }

    MonoTime now = MonoTime::from_ms(1000);
    HttpSession session{{.limits = {}, .date = date, .is_local = true}, now};
    int requests = 0;
};

TEST_F(HttpSessionTest, answers_a_request_and_keeps_the_connection) {
    const std::string answered = receive("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answered, StartsWith("HTTP/1.1 200 OK\r\nDate: " + date + "\r\n"));
    EXPECT_THAT(answered, HasSubstr("Content-Length: 7\r\n"));
    EXPECT_THAT(answered, testing::EndsWith("\r\n\r\nGET /a "));
    EXPECT_FALSE(session.wants_close());
    EXPECT_TRUE(session.wants_read());
}

TEST_F(HttpSessionTest, answers_HEAD_with_the_length_but_without_the_body) {
    const std::string answered = receive("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answered, HasSubstr("Content-Length: 8\r\n"));
    EXPECT_THAT(answered, testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpSessionTest, reads_bodies_of_both_framings) {
    EXPECT_THAT(receive("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
                HasSubstr("PUT /a hello"));
    EXPECT_THAT(receive("PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
                HasSubstr("PUT /a hello"));
    EXPECT_EQ(requests, 2);
}

TEST_F(HttpSessionTest, understands_the_same_however_the_bytes_are_split) {
    const std::string bytes =
        "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    std::string answered;
    for (const char& c : bytes)
        answered += receive({&c, 1});
    EXPECT_THAT(answered, HasSubstr("PUT /a hello"));
    EXPECT_THAT(answered, HasSubstr("GET /b"));
}

TEST_F(HttpSessionTest, answers_pipelined_requests_in_order) {
    std::string bytes;
    for (int i = 0; i < 50; ++i) {
        bytes += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    const std::string answered = receive(bytes);
    EXPECT_EQ(requests, 50);
    EXPECT_LT(answered.find("GET /7 "), answered.find("GET /8 "));
}

TEST_F(HttpSessionTest, looks_at_nothing_behind_a_malformed_request) {
    const std::string answered =
        receive("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answered, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(answered, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answered, HasSubstr("urn:sluice:problem:malformed-request"));
    EXPECT_TRUE(session.wants_close());
    EXPECT_EQ(receive("GET /c HTTP/1.1\r\nHost: x\r\n\r\n"), "");
    EXPECT_EQ(requests, 0);
}

TEST_F(HttpSessionTest, refuses_a_body_that_is_too_large_before_reading_it) {
    EXPECT_THAT(receive("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(requests, 0);
}

TEST_F(HttpSessionTest, tells_allowed_methods_with_405) {
    EXPECT_THAT(receive("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("Allow: GET, HEAD"));
}

TEST_F(HttpSessionTest, says_continue_when_the_client_waits_for_it) {
    EXPECT_EQ(receive("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                      "Content-Length: 2\r\n\r\n"),
              "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(receive("hi"), HasSubstr("PUT /a hi"));
}

TEST_F(HttpSessionTest, closes_when_the_client_said_so) {
    EXPECT_THAT(receive("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(session.wants_close());
}

TEST_F(HttpSessionTest, refuses_a_head_that_takes_longer_than_5_seconds) {
    const MonoTime began = now;
    receive("GET /a HT");
    for (int i = 0; i < 4; ++i) {
        now = now + Duration::from_seconds(1);
        receive("T");
    }
    EXPECT_EQ(session.deadline(), began + Duration::from_seconds(5));
    EXPECT_THAT(wait_until_deadline(), StartsWith("HTTP/1.1 408 "));
    EXPECT_TRUE(session.wants_close());
}

TEST_F(HttpSessionTest, refuses_a_body_below_one_kibibyte_per_second) {
    receive("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    const MonoTime began = now;
    receive(std::string(3 * 1024, 'x'));
    EXPECT_EQ(session.deadline(), began + Duration::from_seconds(8));
    EXPECT_THAT(wait_until_deadline(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpSessionTest, closes_a_silent_connection_without_a_word) {
    EXPECT_EQ(wait_until_deadline(), "");
    EXPECT_TRUE(session.wants_close());
}

TEST_F(HttpSessionTest, closes_when_the_response_is_not_taken_in_30_seconds) {
    session.on_input("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", now);
    answer();
    EXPECT_EQ(session.deadline(), now + Duration::from_seconds(30));
    now = session.deadline();
    session.on_time(now);
    EXPECT_TRUE(session.wants_close());
    EXPECT_TRUE(session.output().empty());
}

TEST_F(HttpSessionTest, keeps_what_waits_bounded_when_the_client_does_not_read) {
    std::string bytes;
    while (bytes.size() < HttpSession::input_max)
        bytes += "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 20 && session.wants_read(); ++i) {
        session.on_input(bytes, now);
        while (session.request() != nullptr) {
            session.respond(plain_text(std::string(1000, 'x')), now);
        }
    }
    EXPECT_FALSE(session.wants_read());
    EXPECT_LT(session.output().size(), HttpSession::output_max + 2000);
}

}  // namespace
}  // namespace sluice
