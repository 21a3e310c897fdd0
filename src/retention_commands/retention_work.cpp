#include "retention_commands/retention_work.hpp"

#include "server/server.hpp"
#include "server/stream_roll.hpp"
#include "stream_commands/stream_loss.hpp"
#include "stream_commands/stream_retention.hpp"

namespace sluice {

namespace {

constexpr Duration interval = Duration::from_ms(100);
// While something is left over: long enough for what came meanwhile.
constexpr Duration pause = Duration::from_ms(1);
constexpr std::size_t streams_per_turn = 1000;
constexpr std::uint64_t entries_per_slice = 2000;

}  // namespace

void RetentionWork::attach(Server& server) {
    server_ = &server;
    due_ = {};
    next_ = 0;
}

void RetentionWork::on_time() {
    due_ = server_->mono() + interval;
    // After a failed write nothing changes any more.
    if (!server_->engine().admit_write(false)) return;
    bool is_done = true;
    const auto next = server_->resident<StreamRoll>().visit(
        next_, streams_per_turn, [&](Key& key) { is_done = look_after(key) && is_done; });
    next_ = next.value_or(0);
    if (!is_done || next) due_ = server_->mono() + pause;
}

bool RetentionWork::look_after(Key& key) {
    Stream* const stream = key.stream();
    if (stream->retention() == nullptr) return true;
    server_->engine().begin_command();
    const RetentionPlan done = retain(*server_, {&key, stream}, {.entries_max = entries_per_slice});
    tell_losses(*server_, {&key, stream}, Tell::when_due);
    return !done.has_more;
}

}  // namespace sluice
