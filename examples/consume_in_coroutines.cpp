// Has each order of the stream "orders" worked on by a tool worker, many at a time, on few threads:
//   consume_in_coroutines [URL]        and beside it: answer [URL]
#include <cstdio>
#include <sluice/sluice.hpp>
#include <stdexcept>
#include <string>

int main(int argc, char** argv) {
    const auto url = argc > 1 ? argv[1] : "redis://127.0.0.1:7370";
    auto tools = sluice::Requester::open(url, {.worker_id = "shouting"});
    if (!tools) return std::fprintf(stderr, "%s\n", tools.error().message.c_str()), 1;

    const auto shout = [&](const sluice::Delivery& order) -> sluice::Handling {
        const sluice::RequestCall call{.operation = "shout",
                                       .body = sluice::packed_text(order.field("item"))};
        const auto end = co_await sluice::ask(*tools, call);
        if (!end) throw std::runtime_error(end.error().message);
        if (end->kind != sluice::RequestEnd::Kind::answered) throw std::runtime_error(end->message);
        const auto answer = sluice::unpacked_text(end->body).value_or("?");
        std::printf("%s %s\n", order.id.c_str(), answer.c_str());
        std::fflush(stdout);
        co_return sluice::ack();
    };

    auto consumer = sluice::consume(url,
                                    {.stream = "orders",
                                     .group = "shouting",
                                     .concurrency = 500,
                                     .create_group = sluice::GroupStart::beginning},
                                    shout);
    if (!consumer) return std::fprintf(stderr, "%s\n", consumer.error().message.c_str()), 1;
    const auto ended = consumer->run_until_signal();
    if (!ended) return std::fprintf(stderr, "%s\n", ended.error().message.c_str()), 1;
}
