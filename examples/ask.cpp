// Asks for one operation over streams and prints how it ended: ask OPERATION [TEXT [URL [SECONDS]]]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sluice/sluice.hpp>
#include <string>

int main(int argc, char** argv) {
    if (argc < 2) return std::fputs("usage: ask OPERATION [TEXT [URL [SECONDS]]]\n", stderr), 64;
    const auto url = argc > 3 ? argv[3] : "redis://127.0.0.1:7370";
    auto requester = sluice::Requester::open(url, {.worker_id = "ask-example"});
    if (!requester) return std::fprintf(stderr, "%s\n", requester.error().message.c_str()), 1;
    const sluice::RequestCall call{
        .operation = argv[1],
        .body = sluice::packed_text(argc > 2 ? argv[2] : ""),
        .wait_max = std::chrono::seconds(argc > 4 ? std::atoi(argv[4]) : 30)};
    const auto end = requester->request(call, [](const sluice::RequestProgress& progress) {
        std::printf("progress %s\n", sluice::unpacked_text(progress.body).value_or("?").c_str());
    });
    if (!end) return std::fprintf(stderr, "%s\n", end.error().message.c_str()), 1;
    constexpr const char* kinds[] = {"answered", "failed", "expired", "cancelled", "indeterminate"};
    std::printf("%s %s%s%s\n", kinds[static_cast<int>(end->kind)],
                sluice::unpacked_text(end->body).value_or("").c_str(), end->code.c_str(),
                end->message.empty() ? "" : (": " + end->message).c_str());
    return end->kind == sluice::RequestEnd::Kind::answered ? 0 : 1;
}
