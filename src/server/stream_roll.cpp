#include "server/stream_roll.hpp"

#include <limits>

#include "server/server.hpp"

namespace sluice {

namespace {

// A turn is not longer for it than some hundred microseconds.
constexpr std::size_t slots_per_turn = 10'000;
constexpr MonoTime never{std::numeric_limits<std::int64_t>::max()};

bool belongs(const Key& key) {
    const auto* const stream = std::get_if<Stream>(&key.value);
    return stream != nullptr && (!stream->groups().empty() || stream->retention() != nullptr);
}

}  // namespace

void StreamRoll::attach(Server& server) {
    server_ = &server;
    numbers_.clear();
    next_slot_ = 0;
}

MonoTime StreamRoll::deadline() const {
    return is_complete() ? never : MonoTime{};
}

void StreamRoll::on_time() {
    if (is_complete()) return;
    Engine& engine = server_->engine();
    const std::size_t end = std::min(engine.slot_count(), *next_slot_ + slots_per_turn);
    for (std::size_t slot = *next_slot_; slot < end; ++slot) {
        const Key* const key = engine.at_slot(slot);
        if (key != nullptr && belongs(*key)) note(*key);
    }
    next_slot_ = end;
    if (end == engine.slot_count()) next_slot_.reset();
}

std::optional<KeyNumber> StreamRoll::visit(KeyNumber from, std::size_t count,
                                           const std::function<void(Key&)>& visit) {
    Engine& engine = server_->engine();
    auto at = numbers_.lower_bound(from);
    for (; at != numbers_.end() && count > 0; --count) {
        Key* const key = engine.find_number(*at);
        if (key == nullptr || !belongs(*key)) {
            at = numbers_.erase(at);
            continue;
        }
        const bool is_over = key->expires_at && *key->expires_at <= engine.wall();
        if (!is_over) visit(*key);
        ++at;
    }
    return at == numbers_.end() ? std::nullopt : std::optional(*at);
}

}  // namespace sluice
