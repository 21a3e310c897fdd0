// The RESP door: owns the sessions, runs their commands on one engine, and tells the shell which
// connections have something to do.
//
// Theory     A turn of the shell:
//              begin_turn(wall, mono)
//              for each readable socket: receive into session.input(), then on_input(session);
//              for each broken one: close(session)
//              when deadline() has passed: on_time()
//              hand work to the I/O thread, engine.write_pending(), then on_journal_advanced()
//              while (auto* session = next_ready()): send session->output(), on_sent(); look at
//              wants_close() and wants_read() again
//              end_turn(mono)
// Promise    a session is in the ready list whenever what the shell should do with it changed: it
//            has output that may leave, is to be closed, or wants to read again or no more
// Invariant  one command runs to its end, and its waiters are served, before the next one begins
// Threads    one
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "server/blocking_registry.hpp"
#include "server/command_table.hpp"
#include "server/resident.hpp"
#include "server/session.hpp"
#include "server/settings.hpp"
#include "server/statistics.hpp"
#include "server/watch_registry.hpp"

namespace sluice {

// How the server reaches the shell; both may be empty.
struct ServerHooks {
    std::function<void(std::string_view sentence)> log;  // a warning for the operator
    std::function<ProcessFacts()> process_facts;
};

class Server final : public ChangeListener {
  public:
    using Sessions = std::map<SessionId, std::unique_ptr<Session>>;

    Server(Engine& engine, CommandSet commands, ServerSettings settings, ServerIdentity identity,
           ServerHooks hooks);
    ~Server() override;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // --- for the shell ---
    // Tells the engine too.
    void begin_turn(WallTime wall, MonoTime mono);
    void end_turn(MonoTime mono);
    // A new connection. When it is refused, the session only holds the words of the refusal.
    Session& open(Peer peer);
    void on_input(Session& session);
    void on_sent(Session& session, std::size_t bytes);
    // The connection is gone; the session dies here.
    void close(Session& session);
    // Releases the replies that Engine::reached() now covers.
    void on_journal_advanced();
    // The journal will not advance any more: whoever waits for it is disconnected, because whether
    // the change will be there after a restart is not known.
    void drop_held();
    // How far the journal must come until no reply is held any more.
    const Dependency& awaited() const { return awaited_; }
    void on_time();
    MonoTime deadline() const;
    // Each session once, until it is put into the list again; null at the end.
    Session* next_ready();

    // DEBUG RELOAD: when this is true at the end of a turn, the shell closes the engine in good
    // order, opens the folder again, and calls attach(), or refuse_reopen() with the reason.
    bool wants_reopen() const { return !reopening_.empty(); }
    void attach(Engine& engine);
    void refuse_reopen(std::string_view reason);

    // --- for commands ---
    Engine& engine() { return *engine_; }
    ServerSettings& settings() { return settings_; }
    const ServerSettings& settings() const { return settings_; }
    const ServerIdentity& identity() const { return identity_; }
    const CommandTable& commands() const { return commands_; }
    // What the room of this kind keeps; it is one of those that came with the commands.
    template <class Kind>
    Kind& resident() const {
        for (const auto& each : residents_) {
            if (auto* const found = dynamic_cast<Kind*>(each.get())) return *found;
        }
        SLUICE_CHECK(false, "commands come together with what they keep");
    }
    const std::vector<std::unique_ptr<Resident>>& residents() const { return residents_; }
    ServerStatistics& statistics() { return statistics_; }
    BlockingRegistry& blocking() { return blocking_; }
    WatchRegistry& watching() { return watching_; }
    const WatchRegistry& watching() const { return watching_; }
    ProcessFacts process_facts() const;
    void log(std::string_view sentence) const;
    WallTime wall() const { return engine_->wall(); }
    MonoTime mono() const { return engine_->mono(); }

    // In the order of their ids.
    const Sessions& sessions() const { return sessions_; }
    Session* find_session(SessionId id);
    // CLIENT KILL: what is left to send is dropped.
    void kill(Session& session);
    enum class Unblock : std::uint8_t { timeout, error };
    // False when the session was not blocked.
    bool unblock(Session& session, Unblock how);
    enum class Pause : std::uint8_t { none, writes, all };
    void pause(Pause what, MonoTime until);
    void unpause();
    bool are_writes_paused() const { return pause_ != Pause::none; }
    // True when this command must wait for the end of CLIENT PAUSE.
    bool is_paused(const Command& command, const Session& session) const;
    // DEBUG RELOAD: the session waits for attach().
    void request_reopen(Session& session);
    // The answer to a wrong password: slower each time, at last the end of the connection.
    void delay_after_failed_auth(Session& session);
    void set_authenticated(Session& session);
    // RESET: a stranger again, where a password is set.
    void forget_login(Session& session);
    // After a change of the settings that parsers read.
    void apply_settings();
    // The key of this name now has a watcher or a waiter.
    void mark_watched(TenantNumber tenant, std::string_view name);
    // From its next change on, the residents are told of every one.
    void attend(Key& key) { key.attended = key.watched = true; }
    // Sets the timer of a session that is blocked now.
    void arm_blocked(Session& session);

    void on_change(TenantNumber tenant, std::string_view name, Key* key) override;

  private:
    using Waiting = Session::Waiting;

    void refuse(Session& session, std::string_view error);
    void run_input(Session& session);
    bool run_next(Session& session);
    void run_request(Session& session, const Request& request);
    void on_parse_error(Session& session);
    void check_output(Session& session);

    // What other sessions do because of the command that just ran.
    void serve_changed_keys();
    void serve_key(const KeyName& key);
    void retry(Session& session);
    void end_blocking(Session& session);
    void write_unblocked(Session& session, std::string_view error);
    void resume(Session& session, Waiting reason);
    void run_resumed();

    // After anything that may have written to the session's output.
    void settle(Session& session);
    void put_ready(Session& session);
    void set_timer(Session& session, MonoTime when);
    void clear_timer(Session& session);
    void on_timer(Session& session);
    void sweep();
    void look_after(Session& session);
    void finish_reopen(const std::function<void(ReplyWriter&)>& write);

    Engine* engine_;
    ServerSettings settings_;
    ServerIdentity identity_;
    ServerHooks hooks_;
    CommandTable commands_;
    std::vector<std::unique_ptr<Resident>> residents_;
    ServerStatistics statistics_;
    BlockingRegistry blocking_;
    WatchRegistry watching_;
    Dependency awaited_;
    RequestLimits limits_;
    RequestLimits unauthenticated_limits_ = RequestLimits::unauthenticated();

    Sessions sessions_;
    SessionId last_session_id_ = 0;
    std::deque<Session*> ready_;        // the shell has something to do
    std::vector<Session*> held_;        // replies wait for the journal
    std::vector<SessionId> resuming_;   // may run commands that wait in their input
    std::vector<SessionId> paused_;     // wait for the end of CLIENT PAUSE
    std::vector<SessionId> reopening_;  // wait for DEBUG RELOAD
    std::set<std::pair<MonoTime, SessionId>> timers_;
    Pause pause_ = Pause::none;
    MonoTime pause_until_{};
    SessionId sweep_from_ = 0;
    MonoTime sweep_at_{};
    MonoTime foreign_logged_at_{};
};

}  // namespace sluice
