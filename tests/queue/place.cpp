#include "queue/place.hpp"

#include <poll.h>

#include "io/clock.hpp"

namespace sluice::testing {

void ServerPlace::set(const Address& address) {
    const std::lock_guard guard(mutex_);
    address_ = address;
}

std::optional<Client> ServerPlace::connect() {
    while (!is_stopped()) {
        Address address;
        {
            const std::lock_guard guard(mutex_);
            address = address_;
        }
        auto client = Client::connect(address);
        if (client) return std::move(*client);
        pause(Duration::from_ms(5));
    }
    return std::nullopt;
}

MonoTime mono_now() {
    return SystemClock().mono();
}

void pause(Duration duration) {
    ::poll(nullptr, 0, static_cast<int>(duration.ms()));
}

}  // namespace sluice::testing
