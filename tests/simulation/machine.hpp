// One server on a simulated disk, driven by hand: its clock, its I/O threads and its clients are
// whatever the test says they are.
//
// Theory     A turn is begin_turn(), any of the rest, end_turn(), as the network shell does it. I/O
//            jobs are taken, run and finished one by one, up to three of them side by side and in
//            any order, so a test can stop between any two.
// Promise    nothing happens that was not asked for; the same calls give the same replies
// Threads    one
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "io/file_system.hpp"
#include "resp/reply.hpp"
#include "server/server.hpp"
#include "simulation/model.hpp"

namespace sluice::testing {

// A command as a client sends it.
std::string encode_command(const Arguments& arguments);

class Machine {
  public:
    // The disk comes and goes with the test; the machine may be started on it many times.
    Machine(FileSystem& files, const EngineOptions& options);
    ~Machine();

    // --- life ---
    Result<void> start();
    // Destroys everything that is in memory. Cut the power of the disk before, or what a good
    // shutdown does will happen.
    void stop();
    bool is_running() const { return server_ != nullptr; }
    Engine& engine() { return *engine_; }
    Server& server() { return *server_; }

    // --- time ---
    WallTime wall = WallTime::from_ms(1'700'000'000'000);
    MonoTime mono = MonoTime::from_ms(1'000'000);
    void begin_turn();
    void end_turn();
    // Runs what is due; most turns call it.
    void on_time();

    // --- the I/O threads ---
    // Jobs that were taken and not run, and that were run and not brought back.
    std::size_t waiting_jobs() const;
    std::size_t done_jobs() const;
    // Takes one more, if the engine has one.
    void take_job();
    // The nth of those that wait, of those that are done; nothing when there are fewer.
    void run_job(std::size_t nth = 0);
    void finish_job(std::size_t nth = 0);
    // Releases replies that wait for nothing any more.
    void on_journal_advanced();

    // --- clients ---
    std::size_t connect();
    void disconnect(std::size_t client);
    // The server wants this connection gone once its output was taken.
    bool wants_close(std::size_t client) const { return clients_[client].session->wants_close(); }
    void send(std::size_t client, std::string_view bytes);
    // Whether the store will refuse this command: a poisoned journal, a full disk.
    bool refuses(const Arguments& arguments) const;
    // What has left for this client since the last call.
    std::string receive(std::size_t client);

    // --- all at once ---
    // Turns with all their I/O until there is none left, or for `turns_max` turns.
    void settle(int turns_max = 1000);
    // One command to its reply, with as many turns as it takes; nothing when it never comes.
    std::optional<Reply> call(const Arguments& arguments);

  private:
    struct Client {
        Session* session = nullptr;
        std::string received;
    };
    struct Job {
        std::unique_ptr<Engine::IoJob> job;
        bool is_done = false;
    };
    static constexpr std::size_t jobs_max = 3;
    std::size_t find_job(bool is_done, std::size_t nth) const;
    void collect_output();

    FileSystem& files_;
    EngineOptions options_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Server> server_;
    std::vector<Job> jobs_;
    std::vector<Client> clients_;
    std::optional<std::size_t> caller_;
};

}  // namespace sluice::testing
