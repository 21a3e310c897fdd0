// Publishes one order: publish [ITEM [URL]]
#include <cstdio>
#include <sluice/sluice.hpp>

int main(int argc, char** argv) {
    auto bus = sluice::connect(argc > 2 ? argv[2] : "redis://127.0.0.1:7370");
    if (!bus) return std::fprintf(stderr, "%s\n", bus.error().message.c_str()), 1;
    const auto id =
        bus->publish("orders", {{"type", "order.placed"}, {"item", argc > 1 ? argv[1] : "tea"}});
    if (!id) return std::fprintf(stderr, "%s\n", id.error().message.c_str()), 1;
    std::printf("%s\n", id->c_str());
}
