// The model against a real redis-server, where one is installed: what the simulation takes for
// right is what Redis does.
#include "simulation/model.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "net/client.hpp"
#include "process/servers.hpp"
#include "simulation/dump.hpp"
#include "simulation/workload.hpp"

namespace sluice::testing {
namespace {

class ModelTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto server = RedisServer::start();
        ASSERT_TRUE(server.has_value()) << server.error().message;
        server_.emplace(std::move(*server));
        auto client = Client::connect(server_->address());
        ASSERT_TRUE(client.has_value()) << client.error().message;
        client_.emplace(std::move(*client));
    }

    Reply call(const Arguments& arguments) {
        const std::vector<std::string_view> views(arguments.begin(), arguments.end());
        auto reply = client_->call(views);
        EXPECT_TRUE(reply.has_value()) << (reply.has_value() ? "" : reply.error().message);
        return reply.has_value() ? std::move(*reply) : Reply();
    }

    // Runs a command on both sides and compares the replies.
    void compare(const Arguments& arguments, Model& model) {
        const auto reply = call(arguments);
        auto real = printed(reply);
        if (real.starts_with('-')) real.resize(std::min(real.find(' '), real.size()));
        // Redis took the time of an automatic id from its clock: the model takes it from the id.
        const auto id = EntryId::parse(reply.text, 0);
        const std::int64_t wall_ms = id.has_value() ? static_cast<std::int64_t>(id->ms) : 0;
        EXPECT_EQ(model.execute(arguments, wall_ms).reply, real) << arguments[0];
    }

    // Redis 7 makes the consumer of a read or claim only when there is something for it; we follow
    // Redis 8, which makes it always. So it is there before.
    void make_consumer(const Arguments& command, Model& model) {
        const bool names_consumer =
            command[0] == "XREADGROUP" || command[0] == "XCLAIM" || command[0] == "XAUTOCLAIM";
        if (!names_consumer) return;
        const auto key = Model::keys_of(command).front();
        // XREADGROUP GROUP g c and XCLAIM key g c: the same places.
        compare({"XGROUP", "CREATECONSUMER", key, command[2], command[3]}, model);
    }

    void compare_dump(const Model& model) {
        const auto real =
            dump_store([this](const Arguments& arguments) { return call(arguments); });
        ASSERT_TRUE(real.has_value()) << real.error().message;
        EXPECT_EQ(first_difference(*real, dump_model(model)), "");
    }

  private:
    std::optional<RedisServer> server_;
    std::optional<Client> client_;
};

TEST_F(ModelTest, replies_and_content_are_those_of_redis) {
    for (std::uint64_t seed = 1; seed <= 30 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        call({"FLUSHALL"});
        Random random(seed);
        Workload workload(random, {.expires = false});
        Model model;
        for (int i = 0; i < 300 && !HasFailure(); ++i) {
            const auto command = workload.next(model);
            make_consumer(command, model);
            compare(command, model);
        }
        compare_dump(model);
    }
}

TEST_F(ModelTest, deadlines_are_those_of_redis) {
    Model model;
    compare({"SET", "s", "v"}, model);
    compare({"PERSIST", "s"}, model);
    call({"PEXPIREAT", "s", "4102444800000"});
    model.execute({"PEXPIRE", "s", "4102444800000"}, 0);
    compare_dump(model);
    EXPECT_EQ(model.expire(4102444799999), std::vector<std::string>{});
    EXPECT_EQ(model.expire(4102444800000), std::vector<std::string>{"s"});
}

}  // namespace
}  // namespace sluice::testing
