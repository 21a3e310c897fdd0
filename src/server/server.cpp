#include "server/server.hpp"

#include <algorithm>

#include "server/blocked_command.hpp"
#include "server/run_command.hpp"
#include "server/transaction.hpp"

namespace sluice {

namespace {

constexpr Duration foreign_log_interval = Duration::from_seconds(1);

constexpr std::string_view too_many_clients = "ERR max number of clients reached";
constexpr std::string_view protected_mode =
    "DENIED Sluice is running in protected mode because no password is set for the default user. "
    "In this mode connections are only accepted from the loopback interface. Set a password in the "
    "configuration of the server, or say there that it is to be open without one.";

}  // namespace

Server::Server(Engine& engine, CommandSet commands, ServerSettings settings,
               ServerIdentity identity, ServerHooks hooks)
    : engine_(&engine),
      settings_(std::move(settings)),
      identity_(std::move(identity)),
      hooks_(std::move(hooks)),
      commands_(commands.families),
      residents_(std::move(commands.residents)),
      statistics_(commands_.count()) {
    apply_settings();
    engine_->set_listener(this);
    for (const auto& resident : residents_)
        resident->attach(*this);
}

Server::~Server() {
    engine_->set_listener(nullptr);
}

void Server::apply_settings() {
    limits_.arguments_max = settings_.arguments_max;
    limits_.bulk_bytes_max = settings_.argument_bytes_max;
    limits_.command_bytes_max = settings_.request_bytes_max;
}

// --- the turn ---

void Server::begin_turn(WallTime wall, MonoTime mono) {
    engine_->begin_turn(wall, mono);
    statistics_.begin_turn(mono);
}

void Server::end_turn(MonoTime mono) {
    for (const auto& resident : residents_)
        resident->on_turn_end();
    statistics_.end_turn(mono, wall(), settings_.slow_log_us, settings_.slow_log_entries_max);
}

Session& Server::open(Peer peer) {
    const SessionId id = ++last_session_id_;
    const bool is_loopback = peer.is_loopback;
    const bool needs_password = !settings_.password.empty();
    auto created = std::make_unique<Session>(id, std::move(peer), limits_);
    Session& session = *sessions_.emplace(id, std::move(created)).first->second;
    forget_login(session);
    session.created = session.last_active = session.last_progress_ = mono();
    ++statistics_.connections_received;
    if (sessions_.size() > settings_.clients_max) {
        refuse(session, too_many_clients);
    } else if (!needs_password && settings_.protected_mode && !is_loopback) {
        refuse(session, protected_mode);
    }
    statistics_.clients_peak = std::max<std::uint64_t>(statistics_.clients_peak, sessions_.size());
    return session;
}

void Server::refuse(Session& session, std::string_view error) {
    ++statistics_.connections_rejected;
    session.reply().error(error);
    session.close_after_reply();
    settle(session);
}

void Server::on_input(Session& session) {
    statistics_.input_bytes += session.input_.size() - session.input_counted_;
    session.input_counted_ = session.input_.size();
    session.last_active = session.incomplete_since_ = mono();
    run_input(session);
    run_resumed();
}

void Server::on_sent(Session& session, std::size_t bytes) {
    session.output_.consume(bytes);
    session.output_begin_ += bytes;
    session.last_progress_ = mono();
    statistics_.output_bytes += bytes;
    const bool is_paused = (session.waiting_ & Waiting::for_client) != 0;
    if (is_paused && session.output_.size() <= settings_.output_bytes_max / 2) {
        resume(session, Waiting::for_client);
        run_resumed();
    }
}

void Server::close(Session& session) {
    if (session.blocked != nullptr) end_blocking(session);
    watching_.unwatch(session.id());
    clear_timer(session);
    if (session.in_ready_list_) std::ranges::replace(ready_, &session, nullptr);
    if (session.in_held_list_) std::ranges::replace(held_, &session, nullptr);
    std::erase(reopening_, session.id());
    sessions_.erase(session.id());
}

void Server::on_journal_advanced() {
    std::vector<Session*> held = std::exchange(held_, {});
    for (Session* session : held) {
        if (session == nullptr) continue;
        session->in_held_list_ = false;
        settle(*session);
    }
}

void Server::drop_held() {
    for (Session* session : held_) {
        if (session != nullptr) kill(*session);
    }
}

Session* Server::next_ready() {
    while (!ready_.empty()) {
        Session* session = ready_.front();
        ready_.pop_front();
        if (session == nullptr) continue;
        session->in_ready_list_ = false;
        return session;
    }
    return nullptr;
}

// --- running commands ---

void Server::run_input(Session& session) {
    while (session.waiting_ == 0 && session.closing_ == Session::Closing::no) {
        if (!run_next(session)) break;
    }
    if (!session.has_postponed_request_) session.parser_.finish(session.input_);
    session.input_counted_ = session.input_.size();
    settle(session);
}

// False when the input holds no further command.
bool Server::run_next(Session& session) {
    if (session.has_postponed_request_) {
        session.has_postponed_request_ = false;
        run_request(session, session.parser_.request_again(session.input_));
        return true;
    }
    switch (session.parser_.next(session.input_)) {
        case ParseStatus::need_more:
            return false;
        case ParseStatus::error:
            on_parse_error(session);
            return false;
        case ParseStatus::ready:
            run_request(session, session.parser_.request());
            return true;
    }
    return false;
}

void Server::run_request(Session& session, const Request& request) {
    if (run_command(*this, session, request) == RunOutcome::postponed) {
        session.has_postponed_request_ = true;
        session.waiting_ |= Waiting::for_unpause;
        paused_.push_back(session.id());
        return;
    }
    if (session.blocked != nullptr) session.waiting_ |= Waiting::for_key;
    if (blocking_.has_changed_keys()) serve_changed_keys();
    check_output(session);
}

// Back pressure: a client that does not take its replies gets no more of them.
void Server::check_output(Session& session) {
    const std::size_t size = session.output_.size();
    if (size > settings_.output_bytes_max) session.waiting_ |= Waiting::for_client;
    if (!session.is_authenticated && size > Session::output_bytes_unauthenticated_max) {
        session.closing_ = Session::Closing::now;
    }
}

void Server::on_parse_error(Session& session) {
    ++statistics_.protocol_errors;
    const ParseError& error = session.parser_.error();
    if (error.kind == ParseError::Kind::protocol) {
        session.reply().error(error.text);
        session.hold_reply({}, engine_->reached());
        session.close_after_reply();
        return;
    }
    session.closing_ = Session::Closing::now;
    const bool said_lately =
        foreign_logged_at_ > MonoTime{} && mono() - foreign_logged_at_ < foreign_log_interval;
    if (said_lately) return;
    foreign_logged_at_ = mono();
    log(error.kind == ParseError::Kind::http
            ? "closed " + session.peer().address +
                  ": it speaks HTTP to the RESP door; possibly a cross-protocol attack"
            : "closed " + session.peer().address +
                  ": it began a TLS handshake at the RESP door, which is plain");
}

// --- what the shell should see ---

void Server::settle(Session& session) {
    session.seal_hold();
    session.release(engine_->reached());
    if (session.has_holds()) {
        awaited_.include(session.newest_hold());
        if (!session.in_held_list_) held_.push_back(&session);
        session.in_held_list_ = true;
    }
    const bool has_news = session.wants_read() != session.told_wants_read_;
    if (has_news || session.wants_close() || !session.output().empty()) put_ready(session);
}

void Server::put_ready(Session& session) {
    session.told_wants_read_ = session.wants_read();
    if (session.in_ready_list_) return;
    session.in_ready_list_ = true;
    ready_.push_back(&session);
}

void Server::kill(Session& session) {
    if (session.blocked != nullptr) end_blocking(session);
    session.closing_ = Session::Closing::now;
    put_ready(session);
}

Session* Server::find_session(SessionId id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second.get();
}

void Server::set_authenticated(Session& session) {
    session.is_authenticated = true;
    session.auth_failures = 0;
    session.parser_.set_limits(limits_);
}

void Server::forget_login(Session& session) {
    session.is_authenticated = settings_.password.empty();
    session.parser_.set_limits(session.is_authenticated ? limits_ : unauthenticated_limits_);
}

ProcessFacts Server::process_facts() const {
    return hooks_.process_facts ? hooks_.process_facts() : ProcessFacts{};
}

void Server::log(std::string_view sentence) const {
    if (hooks_.log) hooks_.log(sentence);
}

// --- keys that somebody waits for or watches ---

void Server::on_change(TenantNumber tenant, std::string_view name, Key* key) {
    watching_.touch(tenant, name);
    using Change = BlockingRegistry::Change;
    blocking_.note_change(tenant, name, key == nullptr ? Change::removed : Change::altered);
    if (key != nullptr) {
        key->watched = key->attended || watching_.is_watched(tenant, name) ||
                       blocking_.is_awaited(tenant, name);
    }
    // One that wants to hear of the next change too says so again.
    for (const auto& resident : residents_)
        resident->on_change(tenant, name, key);
}

void Server::mark_watched(TenantNumber tenant, std::string_view name) {
    if (Key* key = engine_->peek(tenant, name)) key->watched = true;
}

}  // namespace sluice
