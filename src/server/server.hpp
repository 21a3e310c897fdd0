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
// Invariant  no call into the server runs a command of another session before the one at hand has
//            written its reply
// Threads    one
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "server/blocking_registry.hpp"
#include "server/command_table.hpp"
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
    Server(Engine& engine, ServerSettings settings, ServerIdentity identity, ServerHooks hooks);
    ~Server() override;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // --- for the shell ---
    // Tells the engine too.
    void begin_turn(WallTime wall, MonoTime mono);
    void end_turn(MonoTime mono);
    // A new connection. When it is refused the session only holds the words of the refusal.
    Session& open(Peer peer);
    void on_input(Session& session);
    void on_sent(Session& session, std::size_t bytes);
    // The connection is gone; the session dies here.
    void close(Session& session);
    // Releases the replies that Engine::reached() now covers.
    void on_journal_advanced();
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
    const ServerIdentity& identity() const { return identity_; }
    const CommandTable& commands() const { return commands_; }
    ServerStatistics& statistics() { return statistics_; }
    BlockingRegistry& blocking() { return blocking_; }
    WatchRegistry& watching() { return watching_; }
    ProcessFacts process_facts() const;
    void log(std::string_view sentence) const;
    WallTime wall() const { return engine_->wall(); }
    MonoTime mono() const { return engine_->mono(); }

    // In the order of their ids.
    const std::map<SessionId, std::unique_ptr<Session>>& sessions() const { return sessions_; }
    Session* find_session(SessionId id);
    // CLIENT KILL: closes without sending what is left.
    void kill(Session& session);
    enum class Unblock : std::uint8_t { timeout, error };
    // False when the session was not blocked.
    bool unblock(Session& session, Unblock how);
    // CLIENT PAUSE.
    enum class Pause : std::uint8_t { writes, all };
    void pause(Pause what, MonoTime until);
    void resume_paused();
    // DEBUG RELOAD: the session waits for attach().
    void request_reopen(Session& session);
    // After requirepass changed or a setting that sessions cache.
    void apply_settings();

    void on_change(TenantNumber tenant, std::string_view name, Key* key) override;

  private:
    friend class CommandRunner;

    void run_input(Session& session);
    void on_parse_error(Session& session);
    bool may_run(Session& session);
    void serve_changed_keys();
    void serve(Session& session);
    void finish_blocked(Session& session);
    void settle(Session& session);
    void note_hold(Session& session);
    void put_ready(Session& session);
    void set_timer(Session& session, MonoTime when);
    void sweep();

    Engine* engine_;
    ServerSettings settings_;
    ServerIdentity identity_;
    ServerHooks hooks_;
    CommandTable commands_;
    ServerStatistics statistics_;
    BlockingRegistry blocking_;
    WatchRegistry watching_;

    std::map<SessionId, std::unique_ptr<Session>> sessions_;
    SessionId last_session_id_ = 0;
    std::vector<Session*> ready_;      // the shell has something to do
    std::vector<Session*> held_;       // replies wait for the journal
    std::vector<SessionId> resuming_;  // may run commands again that wait in their input
    std::vector<SessionId> reopening_;
};

}  // namespace sluice
