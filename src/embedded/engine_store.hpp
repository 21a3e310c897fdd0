// The engine of this process as a Store: the exchanges of command_store, carried by ports.
//
// Promise    what the door's commands promise, because they are what runs: one semantics
// Errors     as store.hpp; after a failed write of the journal changes are `unavailable`, and those
//            that waited for it indeterminate
// Threads    as store.hpp; the store's thread is the host's, shared by all that live there
#pragma once

#include <future>
#include <map>
#include <memory>

#include "command_store/command_store.hpp"
#include "embedded/engine_host.hpp"

namespace sluice {

class EngineStore final : public CommandStore, private Lodger {
  public:
    static std::unique_ptr<EngineStore> open(std::shared_ptr<EngineHost> host,
                                             const StoreLimits& limits = {});
    ~EngineStore() override;
    void close() override;

  private:
    // A lane's port, told apart from the others.
    class LanePort final : public PortUser {
      public:
        LanePort(EngineStore& store, LaneNumber lane) : store_(store), lane_(lane) {}
        void on_bytes(std::string_view bytes) override;
        void on_end() override;
        Port* port = nullptr;  // null when the engine ended it

      private:
        EngineStore& store_;
        LaneNumber lane_;
    };

    EngineStore(std::shared_ptr<EngineHost> host, const StoreLimits& limits);

    void begin_turn(MonoTime now) override;
    void end_turn(MonoTime now) override;
    MonoTime deadline() const override { return machine_.deadline(); }

    void drop_and_connect();
    void drop(LaneNumber lane);
    void move_out_if_closed();

    std::shared_ptr<EngineHost> host_;
    ExchangeMachine machine_;
    std::map<LaneNumber, std::unique_ptr<LanePort>> lanes_;
    MonoTime now_{};  // of the turn
    std::promise<void> closed_;
    std::shared_future<void> is_closed_ = closed_.get_future().share();
    bool has_moved_out_ = false;
};

}  // namespace sluice
