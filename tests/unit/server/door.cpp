#include "unit/server/door.hpp"

#include <utility>

#include "commands/command_families.hpp"

namespace sluice::testing {

namespace {

constexpr int rounds_max = 1000;  // of one turn; more is a disk that is never done

EngineOptions small_engine() {
    EngineOptions options;
    options.segment_bytes = 1U << 20;
    options.tail_cache_bytes = 1U << 20;
    options.reserve_bytes = 0;
    return options;
}

}  // namespace

std::string command(const std::vector<std::string>& words) {
    std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
    for (const auto& word : words) {
        bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return bytes;
}

// --- Client ---

std::string Client::send(std::string_view bytes) {
    send_only(bytes);
    if (session_ != nullptr) door_->turn();
    return receive();
}

std::string Client::call(const std::vector<std::string>& words) {
    return send(command(words));
}

void Client::send_only(std::string_view bytes) {
    door_->begin_turn();
    session_->input().append(bytes);
    door_->server_->on_input(*session_);
    door_->deliver();
}

std::string Client::receive() {
    return std::exchange(received_, {});
}

void Client::read_again() {
    reads_ = true;
    door_->deliver_to(*this);
    door_->deliver();
}

void Client::hang_up() {
    door_->begin_turn();
    door_->server_->close(*std::exchange(session_, nullptr));
    door_->deliver();
}

// --- Door ---

Door::Door(ServerSettings settings) {
    auto engine = Engine::open(files_, small_engine(), wall_, mono_);
    SLUICE_CHECK(engine.has_value(), "an empty disk opens");
    engine_ = std::move(*engine);
    ServerHooks hooks{.log = [this](std::string_view line) { log_.emplace_back(line); },
                      .process_facts = nullptr};
    server_ = std::make_unique<Server>(*engine_, command_set(), std::move(settings),
                                       ServerIdentity{}, hooks);
    begin_turn();
}

Door::~Door() {
    server_.reset();
}

Client& Door::connect(Peer peer) {
    begin_turn();
    Session& session = server_->open(std::move(peer));
    clients_.push_back(std::make_unique<Client>(*this, session));
    session.shell_token = clients_.size() - 1;
    deliver();
    return *clients_.back();
}

void Door::advance(Duration duration) {
    const MonoTime end = mono_ + duration;
    const WallTime wall_end = wall_ + duration;
    turn();
    for (int round = 0; round < rounds_max && server_->deadline() < end; ++round) {
        const MonoTime next = std::max(server_->deadline(), mono_);
        wall_ = wall_ + (next - mono_);
        mono_ = next;
        turn();
    }
    mono_ = end;
    wall_ = wall_end;
    turn();
}

// What a turn leaves to be done at once is done at once.
void Door::turn(Disk disk) {
    run_turn(disk);
    if (disk == Disk::works && server_->deadline() <= mono_) run_turn(disk);
}

void Door::run_turn(Disk disk) {
    begin_turn();
    if (server_->deadline() <= mono_) server_->on_time();
    engine_->write_pending();
    for (int round = 0; round < rounds_max && disk == Disk::works; ++round) {
        auto job = engine_->next_io();
        if (job == nullptr) break;
        job->run();
        engine_->finish_io(std::move(job));
    }
    server_->on_journal_advanced();
    deliver();
    server_->end_turn(mono_);
    if (server_->wants_reopen()) reopen();
}

void Door::reopen() {
    engine_->set_listener(nullptr);
    engine_.reset();
    auto engine = Engine::open(files_, small_engine(), wall_, mono_);
    SLUICE_CHECK(engine.has_value(), "a store that was closed opens again");
    engine_ = std::move(*engine);
    server_->attach(*engine_);
    begin_turn();
    deliver();
}

void Door::deliver() {
    while (Session* session = server_->next_ready()) {
        deliver_to(*clients_[session->shell_token]);
    }
}

void Door::deliver_to(Client& client) {
    Session& session = *client.session_;
    while (client.reads_ && !session.output().empty()) {
        const std::size_t size = session.output().size();
        client.received_.append(session.output());
        server_->on_sent(session, size);
    }
    if (session.is_over()) {
        server_->close(session);
        client.session_ = nullptr;
    }
}

}  // namespace sluice::testing
