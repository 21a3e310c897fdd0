#include "simulation/machine.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "commands/command_families.hpp"
#include "resp/reply_parser.hpp"

namespace sluice::testing {

std::string encode_command(const Arguments& arguments) {
    std::string bytes = "*" + std::to_string(arguments.size()) + "\r\n";
    for (const auto& argument : arguments) {
        bytes += "$" + std::to_string(argument.size()) + "\r\n" + argument + "\r\n";
    }
    return bytes;
}

Machine::Machine(FileSystem& files, const EngineOptions& options)
    : files_(files), options_(options) {}

Machine::~Machine() {
    stop();
}

Result<void> Machine::start() {
    SLUICE_TRY_ASSIGN(engine_, Engine::open(files_, options_, wall, mono));
    server_ = std::make_unique<Server>(*engine_, command_set(), ServerSettings{}, ServerIdentity{},
                                       ServerHooks{});
    return {};
}

void Machine::stop() {
    clients_.clear();
    caller_.reset();
    jobs_.clear();
    server_.reset();
    engine_.reset();
}

void Machine::begin_turn() {
    server_->begin_turn(wall, mono);
}

void Machine::end_turn() {
    server_->end_turn(mono);
}

void Machine::on_time() {
    if (server_->deadline() <= mono) server_->on_time();
}

std::size_t Machine::waiting_jobs() const {
    return static_cast<std::size_t>(std::ranges::count(jobs_, false, &Job::is_done));
}

std::size_t Machine::done_jobs() const {
    return jobs_.size() - waiting_jobs();
}

std::size_t Machine::find_job(bool is_done, std::size_t nth) const {
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (jobs_[i].is_done == is_done && nth-- == 0) return i;
    }
    return jobs_.size();
}

void Machine::take_job() {
    if (jobs_.size() == jobs_max) return;
    if (auto job = engine_->next_io()) jobs_.push_back({.job = std::move(job)});
}

void Machine::run_job(std::size_t nth) {
    const std::size_t at = find_job(false, nth);
    if (at == jobs_.size()) return;
    jobs_[at].job->run();
    jobs_[at].is_done = true;
}

void Machine::finish_job(std::size_t nth) {
    const std::size_t at = find_job(true, nth);
    if (at == jobs_.size()) return;
    auto job = std::move(jobs_[at].job);
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(at));
    engine_->finish_io(std::move(job));
}

void Machine::on_journal_advanced() {
    server_->on_journal_advanced();
    collect_output();
}

std::size_t Machine::connect() {
    std::size_t number = 0;
    while (number < clients_.size() && clients_[number].session != nullptr)
        ++number;
    if (number == clients_.size()) clients_.emplace_back();
    const std::string address = "127.0.0.1:" + std::to_string(40000 + number);
    auto& session = server_->open({.address = address, .local_address = "127.0.0.1:7370"});
    session.shell_token = number;
    clients_[number] = {.session = &session, .received = {}};
    return number;
}

void Machine::disconnect(std::size_t client) {
    server_->close(*clients_[client].session);
    clients_[client] = {};
}

void Machine::send(std::size_t client, std::string_view bytes) {
    auto& session = *clients_[client].session;
    session.input().append(bytes);
    server_->on_input(session);
}

bool Machine::refuses(const Arguments& arguments) const {
    const Command* command = server_->commands().find(arguments[0]);
    if (command != nullptr && command->is_container()) {
        command = CommandTable::find_subcommand(*command, arguments[1]);
    }
    if (command == nullptr || !command->has(flag_write)) return false;
    return !engine_->admit_write(command->has(flag_denyoom)).has_value();
}

std::string Machine::receive(std::size_t client) {
    return std::exchange(clients_[client].received, {});
}

void Machine::collect_output() {
    while (Session* session = server_->next_ready()) {
        const auto output = session->output();
        if (output.empty()) continue;
        clients_[session->shell_token].received.append(output);
        server_->on_sent(*session, output.size());
    }
}

void Machine::settle(int turns_max) {
    for (int turn = 0; turn < turns_max; ++turn) {
        mono = mono + Duration::from_ms(1);
        begin_turn();
        on_time();
        while (waiting_jobs() > 0)
            run_job();
        while (done_jobs() > 0)
            finish_job();
        take_job();
        engine_->write_pending();
        on_journal_advanced();
        end_turn();
        if (jobs_.empty()) return;
    }
}

std::optional<Reply> Machine::call(const Arguments& arguments) {
    if (!caller_.has_value()) caller_ = connect();
    begin_turn();
    send(*caller_, encode_command(arguments));
    on_journal_advanced();
    end_turn();
    ReplyParser parser;
    for (int turn = 0; turn < 1000; ++turn) {
        parser.feed(receive(*caller_));
        auto reply = parser.next();
        if (!reply.has_value()) return std::nullopt;
        if (reply->has_value()) return std::move(**reply);
        settle(1);
    }
    return std::nullopt;
}

}  // namespace sluice::testing
