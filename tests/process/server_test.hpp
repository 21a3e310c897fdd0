// A fixture with a running server, for what is tested through the public headers.
//
// Needs      SLUICE_PROGRAM, the program's path; SLUICE_BINARY of the environment goes before it:
//            under ThreadSanitizer it is the library that is looked at, and any server will do
#pragma once

#include <cstdlib>
#include <gtest/gtest.h>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/client.hpp"
#include "process/servers.hpp"

namespace sluice::testing {

class ServerTest : public ::testing::Test {
  protected:
    void SetUp() override { start(); }

    // At an address that was there before: again, with the same folder.
    void start(const std::string& resp = "127.0.0.1:0") {
        SluiceServer::Options options;
        const char* const program = std::getenv("SLUICE_BINARY");
        options.program = program == nullptr ? SLUICE_PROGRAM : program;
        options.data = folder_.file("data");
        options.environment = environment_;
        options.resp = resp;
        auto started = SluiceServer::start(options);
        ASSERT_TRUE(started.has_value()) << started.error().message;
        server_.emplace(std::move(*started));
        address_ = server_->address().text();
    }
    std::string url() const { return "redis://" + address_; }
    // The reply, printed.
    std::string ask(std::initializer_list<std::string_view> args) {
        auto client = Client::connect(server_->address());
        if (!client) return client.error().message;
        const auto reply = client->call(args);
        return reply ? printed(*reply) : reply.error().message;
    }

    std::vector<std::string> environment_;
    TemporaryFolder folder_{"server"};
    std::optional<SluiceServer> server_;
    std::string address_;
};

}  // namespace sluice::testing
