// A RESP door for tests: a real Server on a real Engine on a disk in memory, without a socket. Time
// stands still until advance().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "server/server.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_file_system.hpp"

namespace sluice::testing {

class Door;

// One connection, from the client's side.
class Client {
  public:
    Client(Door& door, Session& session) : door_(&door), session_(&session) {}

    // Sends bytes as they are, or words as a command, and answers what came back until now.
    std::string send(std::string_view bytes);
    std::string call(const std::vector<std::string>& words);
    // The same without waiting for the disk.
    void send_only(std::string_view bytes);
    // What arrived since the last look.
    std::string receive();
    // The server closed the connection.
    bool is_closed() const { return session_ == nullptr; }
    void hang_up();
    // A client that does not take its replies any more, until it does.
    void stop_reading() { reads_ = false; }
    void read_again();
    Session& session() { return *session_; }

  private:
    friend class Door;
    Door* door_;
    Session* session_;
    std::string received_;
    bool reads_ = true;
};

class Door {
  public:
    explicit Door(ServerSettings settings = {});
    ~Door();

    Client& connect(Peer peer = {.address = "127.0.0.1:50000", .local_address = "127.0.0.1:7370"});
    void advance(Duration duration);
    // Somebody sets the wall clock.
    void step_clock(Duration step) { wall_ = wall_ + step; }
    WallTime wall() const { return wall_; }
    // One turn: what is pending goes to the disk when `sync` says so, replies are delivered.
    enum class Disk { works, is_busy };
    void turn(Disk disk = Disk::works);
    // Closes the store in good order and opens it again.
    void reopen();

    Server& server() { return *server_; }
    Engine& engine() { return *engine_; }
    SimDisk& disk() { return disk_; }
    const std::vector<std::string>& log() const { return log_; }

  private:
    friend class Client;
    void run_turn(Disk disk);
    void begin_turn() { server_->begin_turn(wall_, mono_); }
    void deliver();
    void deliver_to(Client& client);

    SimDisk disk_{1};
    SimFileSystem files_{disk_};
    WallTime wall_ = WallTime::from_ms(1'700'000'000'000);
    MonoTime mono_ = MonoTime::from_ms(1'000'000);
    std::vector<std::string> log_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Server> server_;
    std::vector<std::unique_ptr<Client>> clients_;
};

// "*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n"
std::string command(const std::vector<std::string>& words);

}  // namespace sluice::testing
