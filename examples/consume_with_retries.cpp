// Ships the orders of the stream "orders", trying again what failed, until Ctrl-C.
#include <cstdio>
#include <sluice/sluice.hpp>
#include <stdexcept>

void ship(const sluice::Delivery& order) {
    if (order.field("item").empty()) throw std::invalid_argument("the order has no item");
    if (order.failures < 2) throw std::runtime_error("the carrier does not answer");
    std::printf("shipped %s after %d failures\n", order.id.c_str(), int(order.failures));
    std::fflush(stdout);
}

int main(int argc, char** argv) {
    const auto url = argc > 1 ? argv[1] : "redis://127.0.0.1:7370";
    auto consumer = sluice::consume(url,
                                    {.stream = "orders",
                                     .group = "shipping",
                                     .concurrency = 4,
                                     .create_group = sluice::GroupStart::beginning,
                                     .retry = "100ms,1s,4s"},
                                    ship);
    if (!consumer) return std::fprintf(stderr, "%s\n", consumer.error().message.c_str()), 1;
    const auto ended = consumer->run_until_signal();
    if (!ended) return std::fprintf(stderr, "%s\n", ended.error().message.c_str()), 1;
}
