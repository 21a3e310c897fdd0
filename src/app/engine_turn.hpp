// The turn of the loop, seen from the store: what was changed is made durable, what is durable is
// answered.
//
// Theory     A batch of the journal grows while those before it are written: a worker gets it when
//            it is free. While only one client is active nobody else could use the time that the
//            hand-over costs, so the loop writes the batch itself.
// Promise    a reply leaves after finish_io() of the batch that holds what it depends on
// Errors     a failed write or sync poisons the engine; it is logged once, reads go on, and
//            whoever waits for an answer is disconnected
// Threads    the loop's; jobs run on workers
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/engine.hpp"
#include "http/service_state.hpp"
#include "io/clock.hpp"
#include "net/event_loop.hpp"
#include "net/http_door.hpp"
#include "net/io_lanes.hpp"
#include "net/resp_door.hpp"
#include "server/server.hpp"

namespace sluice {

class EngineTurn final : public Turn {
  public:
    using Open = std::function<Result<std::unique_ptr<Engine>>()>;

    struct Parts {
        Clock& clock;
        EventLoop& loop;
        Server& server;
        RespDoor& resp;
        HttpDoor& http;
        ServiceState& state;
    };
    // `open` opens the store again, for DEBUG RELOAD.
    EngineTurn(Parts parts, std::unique_ptr<Engine>& engine, Open open);

    void begin(WallTime wall, MonoTime mono) override;
    void between() override;
    void end() override;
    MonoTime deadline() const override;
    // With many clients a sleep is short, and what gathers meanwhile is served at one go.
    bool may_poll() const override {
        return lanes_.is_idle() && parts_.resp.active_count() <= polled_clients_max;
    }

    // Writes and syncs all there is, waiting for it. False when that failed.
    bool finish_journal();

  private:
    static constexpr std::size_t polled_clients_max = 8;
    // A batch of this size is worth a write of its own: the device works while others are served.
    static constexpr std::uint64_t early_flush_bytes = 48ULL << 10;
    static constexpr Duration health_interval = Duration::from_ms(100);

    // A job of the engine and how long it took.
    struct TimedJob {
        std::unique_ptr<Engine::IoJob> job;
        Duration time{};
    };
    void finish_job(TimedJob& timed);
    void write_pending();
    Dependency awaited() const;
    void start_job();
    bool is_done_inline(const Engine::IoJob& job) const;
    void run_job(TimedJob& timed) const;
    void reopen();
    void note_health(MonoTime now);

    Parts parts_;
    std::unique_ptr<Engine>& engine_;
    Open open_;
    MonoTime health_at_{};
    bool is_poisoned_ = false;
    bool told_disk_full_ = false;
    IoLanes lanes_;  // last: they end before what their jobs use
};

}  // namespace sluice
