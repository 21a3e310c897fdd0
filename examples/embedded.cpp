// A durable bus inside this program, without a server: ships one order, trying again what failed.
#include <cstdio>
#include <future>
#include <sluice/embedded.hpp>
#include <stdexcept>

int main(int argc, char** argv) {
    auto bus = sluice::Bus::open(argc > 1 ? argv[1] : "./orders-bus");
    if (!bus) return std::fprintf(stderr, "%s\n", bus.error().message.c_str()), 1;
    const auto id = bus->publish("orders", {{"item", "tea"}});
    if (!id) return std::fprintf(stderr, "%s\n", id.error().message.c_str()), 1;

    std::promise<void> shipped;
    const auto ship = [&](const sluice::Delivery& order) {
        if (order.failures < 1) throw std::runtime_error("the carrier does not answer");
        std::printf("shipped %s after %d failure\n", order.id.c_str(), int(order.failures));
        shipped.set_value();
    };
    auto consumer = sluice::consume(*bus,
                                    {.stream = "orders",
                                     .group = "shipping",
                                     .create_group = sluice::GroupStart::beginning,
                                     .retry = "100ms,1s,4s"},
                                    ship);
    if (!consumer) return std::fprintf(stderr, "%s\n", consumer.error().message.c_str()), 1;
    shipped.get_future().wait();
}
