// Stories told to our own Server and Engine in this process: an empty disk in memory, told time.
#include <algorithm>
#include <map>
#include <utility>

#include "commands/command_families.hpp"
#include "engine/engine.hpp"
#include "resp/reply_parser.hpp"
#include "scenario/target.hpp"
#include "server/server.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_file_system.hpp"

namespace sluice::testing {

namespace {

constexpr WallTime story_begins = WallTime::from_ms(1'795'000'000'000);
constexpr std::size_t turns_max = 10'000;  // of one advance; more is a deadline that never passes

struct Connection {
    Session* session = nullptr;  // null when the server closed it
    ReplyParser replies;
};

class SluiceTarget final : public Target {
  public:
    SluiceTarget() : files_(disk_) {}

    Result<void> open();
    bool is_redis() const override { return false; }
    Result<void> send(const std::string& client, const std::vector<std::string>& args) override;
    Result<Reply> receive(const std::string& client) override;
    Result<bool> is_waiting(const std::string& client) override;
    Result<void> advance(Duration duration) override;

  private:
    Connection& connection(const std::string& client);
    void begin_turn() { server_->begin_turn(wall_, mono_); }
    void finish_turn();
    void take_outputs();

    SimDisk disk_{1};
    SimFileSystem files_;
    WallTime wall_ = story_begins;
    MonoTime mono_ = MonoTime::from_ms(1000);
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Server> server_;
    std::map<std::string, Connection> connections_;
};

Result<void> SluiceTarget::open() {
    EngineOptions options;
    options.segment_bytes = 1U << 20;
    SLUICE_TRY_ASSIGN(engine_, Engine::open(files_, options, wall_, mono_));
    ServerSettings settings;
    settings.debug_commands = true;
    server_ = std::make_unique<Server>(*engine_, command_set(), settings, ServerIdentity{},
                                       ServerHooks{});
    return {};
}

Connection& SluiceTarget::connection(const std::string& client) {
    const auto known = connections_.find(client);
    if (known != connections_.end()) return known->second;
    begin_turn();
    Session& session = server_->open(
        Peer{.address = "127.0.0.1:1000" + client, .local_address = "127.0.0.1:7370"});
    Connection& fresh = connections_[client];
    fresh.session = &session;
    finish_turn();
    return fresh;
}

Result<void> SluiceTarget::send(const std::string& client, const std::vector<std::string>& args) {
    Connection& from = connection(client);
    if (from.session == nullptr) return Error{Errc::closed, "the server closed the connection"};
    std::string request = "*" + std::to_string(args.size()) + "\r\n";
    for (const std::string& arg : args) {
        request += "$" + std::to_string(arg.size()) + "\r\n" + arg + "\r\n";
    }
    begin_turn();
    from.session->input().append(request);
    server_->on_input(*from.session);
    finish_turn();
    return {};
}

Result<Reply> SluiceTarget::receive(const std::string& client) {
    SLUICE_TRY_ASSIGN(auto reply, connection(client).replies.next());
    if (!reply) return Error{Errc::timeout, "no reply"};
    return std::move(*reply);
}

Result<bool> SluiceTarget::is_waiting(const std::string& client) {
    Connection& who = connection(client);
    SLUICE_TRY_ASSIGN(const auto reply, who.replies.next());
    if (reply) return Error{Errc::conflict, "did not wait but got " + printed(*reply)};
    return who.session != nullptr && who.session->blocked != nullptr;
}

// Time passes from one deadline to the next, as it does for the shell.
Result<void> SluiceTarget::advance(Duration duration) {
    const MonoTime target = mono_ + duration;
    for (std::size_t turn = 0; turn < turns_max && mono_ < target; ++turn) {
        const MonoTime due = std::min(server_->deadline(), engine_->deadline());
        const MonoTime next = std::clamp(due, mono_ + Duration{1}, target);
        wall_ = wall_ + (next - mono_);
        mono_ = next;
        begin_turn();
        engine_->on_time();
        server_->on_time();
        finish_turn();
    }
    if (mono_ < target) return Error{Errc::timeout, "a deadline that never passes"};
    return {};
}

void SluiceTarget::finish_turn() {
    do {
        while (auto job = engine_->next_io()) {
            job->run();
            engine_->finish_io(std::move(job));
        }
        engine_->write_pending();
        server_->on_journal_advanced();
        take_outputs();
    } while (engine_->reached().synced < engine_->dependency().synced);
    server_->end_turn(mono_);
}

void SluiceTarget::take_outputs() {
    while (Session* const session = server_->next_ready()) {
        const auto owner =
            std::find_if(connections_.begin(), connections_.end(),
                         [&](const auto& each) { return each.second.session == session; });
        const std::string output(session->output());
        if (owner != connections_.end()) owner->second.replies.feed(output);
        server_->on_sent(*session, output.size());
        if (!session->wants_close() || !session->output().empty()) continue;
        if (owner != connections_.end()) owner->second.session = nullptr;
        server_->close(*session);
    }
}

}  // namespace

Result<std::unique_ptr<Target>> start_sluice_target() {
    auto target = std::make_unique<SluiceTarget>();
    SLUICE_TRY(target->open());
    return target;
}

}  // namespace sluice::testing
