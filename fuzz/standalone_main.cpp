// Runs a fuzz target without libFuzzer: every file of a corpus folder, then mutations of them, the
// same ones each time.
//
// Usage      fuzz_TARGET [--runs=COUNT] CORPUS [FILE]...
//            SLUICE_FUZZ_RUNS  mutations to try, instead of COUNT
//            SLUICE_SEED       seed of the mutations (1)
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "io/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using sluice::Random;

constexpr std::size_t input_bytes_max = 1 << 20;

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void run(const std::string& input) {
    // A copy of exactly this size, so that a sanitizer sees the first byte read behind it.
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::string interesting_bytes(Random& random) {
    const std::string_view words[] = {
        "\r\n", "*1\r\n", "$-1\r\n", "$0\r\n\r\n",           "*2147483648\r\n",
        "-",    "+",      "0-0",     "18446744073709551615", "*",
        "$",    ">",      "?"};
    if (random.one_in(2)) return std::string(words[random.below(std::size(words))]);
    const std::uint64_t numbers[] = {0, 1, 127, 128, 255, 256, 32767, 65535, 1ULL << 31, ~0ULL};
    const std::uint64_t number = numbers[random.below(std::size(numbers))];
    std::string bytes;
    const auto width = std::uint64_t{1} << random.below(4);
    for (std::uint64_t i = 0; i < width; ++i)
        bytes += static_cast<char>(number >> (8 * i));
    return bytes;
}

void mutate_once(std::string& input, const std::vector<std::string>& corpus, Random& random) {
    const auto at = random.below(input.size() + 1);
    const auto length = random.below(std::min<std::size_t>(input.size() - at, 16) + 1);
    switch (random.below(7)) {
        case 0:
            if (at < input.size()) {
                input[at] = static_cast<char>(input[at] ^ (1 << random.below(8)));
            }
            break;
        case 1:
            if (at < input.size()) input[at] = static_cast<char>(random.below(256));
            break;
        case 2:
            input.erase(at, length);
            break;
        case 3:
            input.insert(at, interesting_bytes(random));
            break;
        case 4:
            input.replace(at, length, interesting_bytes(random));
            break;
        case 5:
            input.resize(at);
            break;
        default: {
            const auto& other = corpus[random.below(corpus.size())];
            const auto from = random.below(other.size() + 1);
            input.insert(at, other, from, random.below(256));
            break;
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::filesystem::path> files;
    std::uint64_t runs = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        constexpr std::string_view runs_flag = "--runs=";
        if (argument.starts_with(runs_flag)) {
            runs = std::strtoull(argv[i] + runs_flag.size(), nullptr, 10);
            continue;
        }
        if (!std::filesystem::is_directory(argv[i])) {
            files.emplace_back(argv[i]);
            continue;
        }
        for (const auto& file : std::filesystem::directory_iterator(argv[i])) {
            files.push_back(file.path());
        }
    }
    std::ranges::sort(files);
    std::vector<std::string> corpus{""};
    for (const auto& file : files)
        corpus.push_back(read_file(file));
    for (const auto& input : corpus)
        run(input);

    Random random(environment("SLUICE_SEED", 1));
    runs = environment("SLUICE_FUZZ_RUNS", runs);
    for (std::uint64_t i = 0; i < runs; ++i) {
        std::string input = corpus[random.below(corpus.size())];
        const auto mutations = 1 + random.below(6);
        for (std::uint64_t j = 0; j < mutations; ++j)
            mutate_once(input, corpus, random);
        if (input.size() <= input_bytes_max) run(input);
    }
    std::printf("%zu files and %llu mutations: nothing found\n", files.size(),
                static_cast<unsigned long long>(runs));
    return 0;
}
