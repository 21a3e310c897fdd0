// The parts of Server that make sessions wait and go on: blocked commands, CLIENT PAUSE, failed
// logins, DEBUG RELOAD, and the timers of all of them.

#include <algorithm>
#include <array>

#include "server/blocked_command.hpp"
#include "server/run_command.hpp"
#include "server/server.hpp"
#include "server/transaction.hpp"

namespace sluice {

namespace {

constexpr Duration sweep_interval = Duration::from_ms(100);
constexpr std::size_t sweeps_per_round = 10;  // so every session is looked at once a second
constexpr Duration incomplete_command_max = Duration::from_seconds(5);
constexpr Duration untaken_output_max = Duration::from_seconds(60);
constexpr Duration quiet_before_shrink = Duration::from_seconds(1);

// What a wrong password costs: docs/protocol/resp.md, "Login".
constexpr std::array<Duration, 5> auth_delays = {Duration::from_ms(100), Duration::from_ms(250),
                                                 Duration::from_ms(500), Duration::from_ms(1000),
                                                 Duration::from_ms(2000)};

bool may_gain(const BlockedCommand& blocked, const Key* key) {
    const bool is_awaited = key != nullptr && key->type() == blocked.awaited;
    return is_awaited || blocked.state.wakes_without_key;
}

}  // namespace

// --- blocked commands ---

void Server::serve_changed_keys() {
    while (blocking_.has_changed_keys()) {
        for (const auto& key : blocking_.take_changed_keys()) {
            serve_key(key);
        }
    }
}

void Server::serve_key(const KeyName& key) {
    std::vector<std::string> exhausted;  // queues in which somebody found nothing
    for (const SessionId id : blocking_.waiting_for(key)) {
        Session* session = find_session(id);
        if (session == nullptr || session->blocked == nullptr) continue;
        if (!may_gain(*session->blocked, engine_->peek(key.tenant, key.name))) continue;
        const std::string queue = session->blocked->state.queue;
        if (!queue.empty() && std::ranges::find(exhausted, queue) != exhausted.end()) continue;
        retry(*session);
        if (session->blocked != nullptr && !queue.empty()) exhausted.push_back(queue);
    }
}

void Server::retry(Session& session) {
    BlockedCommand& blocked = *session.blocked;
    blocked.is_retrying = true;
    blocked.blocks_again = false;
    blocking_.set_muted(true);
    const std::size_t mark = session.output_size();
    engine_->begin_command();
    call_handler_again(*this, session, *blocked.command, Request(blocked.args));
    blocking_.set_muted(false);
    blocked.is_retrying = false;
    if (blocked.blocks_again) {
        arm_blocked(session);
        return;
    }
    if (session.reply_mode == ReplyMode::off) session.reply().truncate(mark);
    session.hold_reply(engine_->dependency(), engine_->reached());
    end_blocking(session);
    resume(session, Waiting::for_key);
}

void Server::end_blocking(Session& session) {
    blocking_.remove(session.blocked->place, session.blocked->keys);
    session.blocked.reset();
    clear_timer(session);
}

bool Server::unblock(Session& session, Unblock how) {
    if (session.blocked == nullptr) return false;
    if (how == Unblock::timeout) {
        write_unblocked(session, {});
    } else {
        write_unblocked(session, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
    }
    return true;
}

// An empty error is the reply of a wait that timed out.
void Server::write_unblocked(Session& session, std::string_view error) {
    auto reply = session.reply();
    if (error.empty()) {
        reply.null_array();
    } else {
        reply.error(error);
        statistics_.count_error(error);
    }
    session.hold_reply({}, engine_->reached());
    end_blocking(session);
    resume(session, Waiting::for_key);
}

// --- going on ---

void Server::resume(Session& session, Waiting reason) {
    session.waiting_ = static_cast<std::uint8_t>(session.waiting_ & ~reason);
    settle(session);
    if (session.waiting_ == 0 && !session.in_resuming_list_) {
        session.in_resuming_list_ = true;
        resuming_.push_back(session.id());
    }
}

void Server::run_resumed() {
    while (!resuming_.empty()) {
        for (const SessionId id : std::exchange(resuming_, {})) {
            Session* session = find_session(id);
            if (session == nullptr) continue;
            session->in_resuming_list_ = false;
            session->incomplete_since_ = mono();
            run_input(*session);
        }
    }
}

// --- CLIENT PAUSE ---

void Server::pause(Pause what, MonoTime until) {
    pause_ = what;
    pause_until_ = until;
}

void Server::unpause() {
    pause_ = Pause::none;
    for (const SessionId id : std::exchange(paused_, {})) {
        if (Session* session = find_session(id)) resume(*session, Waiting::for_unpause);
    }
}

bool Server::is_paused(const Command& command, const Session& session) const {
    if (pause_ == Pause::none) return false;
    // Whoever paused the server may say so when it is over.
    if (command.container != nullptr && command.container->spec->name == "client") return false;
    if (pause_ == Pause::all) return true;
    const bool runs_writes = session.transaction != nullptr && session.transaction->writes &&
                             command.spec->name == "exec";
    return command.has(flag_write) || runs_writes;
}

// --- logins ---

void Server::delay_after_failed_auth(Session& session) {
    ++statistics_.auth_failures;
    const std::size_t failure =
        std::min<std::size_t>(session.auth_failures, auth_delays.size() - 1);
    if (session.auth_failures < auth_delays.size()) ++session.auth_failures;
    session.waiting_ |= Waiting::for_delay;
    set_timer(session, mono() + auth_delays[failure]);
}

// --- DEBUG RELOAD ---

void Server::request_reopen(Session& session) {
    session.waiting_ |= Waiting::for_reopen;
    reopening_.push_back(session.id());
}

void Server::attach(Engine& engine) {
    engine_ = &engine;
    engine_->set_listener(this);
    watching_.touch_all();
    for (const auto& resident : residents_)
        resident->attach(*this);
    for (const auto& key : blocking_.keys()) {
        mark_watched(key.tenant, key.name);
        blocking_.note_change(key.tenant, key.name, BlockingRegistry::Change::altered);
    }
    finish_reopen([](ReplyWriter& reply) { reply.ok(); });
    serve_changed_keys();
    on_journal_advanced();
    run_resumed();
}

void Server::refuse_reopen(std::string_view reason) {
    finish_reopen([&](ReplyWriter& reply) { reply.error("ERR " + std::string(reason)); });
    run_resumed();
}

void Server::finish_reopen(const std::function<void(ReplyWriter&)>& write) {
    for (const SessionId id : std::exchange(reopening_, {})) {
        Session* session = find_session(id);
        if (session == nullptr) continue;
        auto reply = session->reply();
        write(reply);
        session->hold_reply({}, engine_->reached());
        resume(*session, Waiting::for_reopen);
    }
}

// --- time ---

void Server::set_timer(Session& session, MonoTime when) {
    clear_timer(session);
    session.timer_ = when;
    timers_.emplace(when, session.id());
}

void Server::clear_timer(Session& session) {
    if (session.timer_ == MonoTime{}) return;
    timers_.erase({session.timer_, session.id()});
    session.timer_ = {};
}

void Server::arm_blocked(Session& session) {
    const BlockedCommand& blocked = *session.blocked;
    const auto& retry_at = blocked.state.retry_at;
    if (retry_at.has_value() && (!blocked.deadline.has_value() || *retry_at < *blocked.deadline)) {
        set_timer(session, *retry_at);
    } else if (blocked.deadline.has_value()) {
        set_timer(session, *blocked.deadline);
    }
}

MonoTime Server::deadline() const {
    MonoTime next = std::min(sweep_at_, engine_->deadline());
    if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
    if (pause_ != Pause::none) next = std::min(next, pause_until_);
    for (const auto& resident : residents_)
        next = std::min(next, resident->deadline());
    return next;
}

void Server::on_time() {
    while (!timers_.empty() && timers_.begin()->first <= mono()) {
        const SessionId id = timers_.begin()->second;
        Session& session = *sessions_.at(id);
        clear_timer(session);
        on_timer(session);
    }
    if (pause_ != Pause::none && pause_until_ <= mono()) unpause();
    engine_->on_time();
    for (const auto& resident : residents_) {
        if (resident->deadline() <= mono()) resident->on_time();
    }
    serve_changed_keys();
    if (sweep_at_ <= mono()) sweep();
    run_resumed();
}

void Server::on_timer(Session& session) {
    if ((session.waiting_ & Waiting::for_delay) != 0) {
        if (session.auth_failures >= auth_delays.size()) session.close_after_reply();
        resume(session, Waiting::for_delay);
        return;
    }
    if (session.blocked == nullptr) return;
    const auto& deadline = session.blocked->deadline;
    if (deadline.has_value() && *deadline <= mono()) {
        write_unblocked(session, {});
    } else {
        retry(session);
    }
}

// Looks at a tenth of the sessions, so that ten thousand idle ones cost little.
void Server::sweep() {
    sweep_at_ = mono() + sweep_interval;
    statistics_.on_time(mono());
    std::size_t count = sessions_.size() / sweeps_per_round + 1;
    auto at = sessions_.upper_bound(sweep_from_);
    for (; count > 0 && at != sessions_.end(); --count, ++at) {
        look_after(*at->second);
        sweep_from_ = at->first;
    }
    if (at == sessions_.end()) sweep_from_ = 0;
}

void Server::look_after(Session& session) {
    const MonoTime now = mono();
    const bool is_idle_too_long =
        settings_.idle_timeout_s > 0 && session.blocked == nullptr &&
        now - session.last_active >
            Duration::from_seconds(static_cast<std::int64_t>(settings_.idle_timeout_s));
    const bool is_incomplete_too_long = session.waiting_ == 0 && !session.input_.empty() &&
                                        now - session.incomplete_since_ > incomplete_command_max;
    if (session.output().empty()) session.last_progress_ = now;
    const bool is_untaken_too_long = now - session.last_progress_ > untaken_output_max;
    if (is_idle_too_long || is_incomplete_too_long) {
        ++statistics_.idle_closes;
        kill(session);
    } else if (is_untaken_too_long) {
        ++statistics_.output_limit_closes;
        log("closed " + session.peer().address + ": it did not read its replies");
        kill(session);
    } else if (now - session.last_active > quiet_before_shrink) {
        session.give_back_memory();
    }
}

}  // namespace sluice
