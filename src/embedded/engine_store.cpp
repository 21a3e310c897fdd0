#include "embedded/engine_store.hpp"

#include <utility>

#include "server/transaction.hpp"

namespace sluice {

static_assert(StoreLimits::batch_bytes_max == Transaction::bytes_max,
              "what a store takes as one batch its server takes as one transaction");

std::unique_ptr<EngineStore> EngineStore::open(std::shared_ptr<EngineHost> host,
                                               const StoreLimits& limits) {
    return std::unique_ptr<EngineStore>(new EngineStore(std::move(host), limits));
}

EngineStore::EngineStore(std::shared_ptr<EngineHost> host, const StoreLimits& limits)
    : CommandStore(limits, [host = host.get()] { host->wake(); }),
      host_(std::move(host)),
      machine_({.limits = limits}) {
    host_->post([this] { host_->move_in(*this); });
}

EngineStore::~EngineStore() {
    close();
}

void EngineStore::close() {
    SLUICE_CHECK(!host_->is_on_thread(), "a store is not closed on its own thread");
    inbox().close();
    is_closed_.wait();
}

// --- turns

void EngineStore::begin_turn(MonoTime now) {
    now_ = now;
    deliver_mail(inbox(), machine_, now);
    machine_.on_time(now);
    drop_and_connect();
}

void EngineStore::end_turn(MonoTime now) {
    now_ = now;
    // What replies led to: the next step, the end of a wait, a request by a completion.
    if (end_finished(inbox(), machine_)) host_->wake();
    drop_and_connect();
    move_out_if_closed();
}

void EngineStore::drop_and_connect() {
    while (const auto lane = machine_.next_drop())
        drop(*lane);
    while (const auto lane = machine_.next_connect(now_)) {
        auto user = std::make_unique<LanePort>(*this, *lane);
        user->port = &host_->connect(*user);
        lanes_.insert_or_assign(*lane, std::move(user));
        machine_.on_connected(*lane, now_);
    }
    for (const auto& [lane, user] : lanes_) {
        const std::string_view bytes = machine_.output(lane).substr(0, Port::turn_bytes_max);
        if (user->port == nullptr || bytes.empty() || !user->port->has_room()) continue;
        user->port->send(bytes);
        machine_.on_sent(lane, bytes.size());
    }
}

void EngineStore::drop(LaneNumber lane) {
    const auto found = lanes_.find(lane);
    if (found == lanes_.end()) return;
    if (found->second->port != nullptr) host_->close(*found->second->port);
    lanes_.erase(found);
}

void EngineStore::LanePort::on_bytes(std::string_view bytes) {
    store_.machine_.on_bytes(lane_, bytes, store_.now_);
}

// The engine cannot write any more, or refused to be spoken to so.
void EngineStore::LanePort::on_end() {
    port = nullptr;
    store_.machine_.on_lost(lane_, {Errc::closed, "the engine ended the connection"}, store_.now_);
}

void EngineStore::move_out_if_closed() {
    if (!machine_.is_closed() || has_moved_out_) return;
    has_moved_out_ = true;
    while (!lanes_.empty())
        drop(lanes_.begin()->first);
    host_->move_out(*this);
    // Whoever waits for this may destroy the store before set_value() has returned.
    std::promise<void> closed = std::move(closed_);
    closed.set_value();
}

}  // namespace sluice
