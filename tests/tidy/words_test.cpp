// Words that do not stand in this tree, and the rooms in which some of them may.
#include <algorithm>
#include <gtest/gtest.h>
#include <regex>
#include <set>

#include "tidy/tree.hpp"

namespace sluice::tidy {
namespace {

// A pattern that no line of code may match, outside the folders that are named.
struct Ban {
    const char* rule;
    std::regex pattern;
    std::vector<std::string> allowed;
};

// Only these may reach out of the process.
const std::vector<std::string> shells = {"src/io/",
                                         "src/net/",
                                         "src/cli/",
                                         "src/demo/",
                                         "src/app/",
                                         "src/client_library/",
                                         "src/remote_store/",
                                         "src/embedded/",
                                         "bench/",
                                         "tests/",
                                         "fuzz/"};

std::vector<Ban> bans() {
    return {
        {"clock",
         std::regex(R"(\b(system_clock|steady_clock|high_resolution_clock)::now\b)"
                    R"(|\b(clock_gettime|gettimeofday)\s*\()"),
         shells},
        {"random", std::regex(R"(\bs?rand\s*\(|\bdrand48\b|\brandom_device\b|\bmt19937)"), {}},
        {"sleep", std::regex(R"(\b(sleep|usleep|nanosleep|sleep_for|sleep_until)\s*\()"), {}},
        {"thread", std::regex(R"(\bstd::(thread|jthread|async)\b|\bpthread_create\b)"), shells},
        {"file", std::regex(R"(\bstd::(i|o)?fstream\b|\bfopen\s*\(|(^|[^\w>])::open\s*\()"),
         shells},
        {"throw", std::regex(R"(^\s*throw\b)"), {}},
        {"bare-expected",
         std::regex(R"(\bstd::(expected|unexpected)\b)"),
         {"src/event/result.hpp"}},
        {"detached", std::regex(R"(\bdetached?\b)"), {}},
        {"co-await-condition", std::regex(R"(\b(if|while|switch|for)\s*\(.*\bco_await\b)"), {}},
        {"using-namespace", std::regex(R"(^using namespace\b)"), {"tests/", "fuzz/", "bench/"}},
    };
}

bool is_allowed(const SourceFile& file, const Ban& ban) {
    return std::ranges::any_of(ban.allowed,
                               [&](const std::string& folder) { return file.is_under(folder); });
}

TEST(Words, code_does_not_reach_where_it_may_not) {
    for (const auto& ban : bans()) {
        Findings findings(ban.rule);
        for (const auto& file : tracked_files()) {
            if (is_allowed(file, ban)) continue;
            for (std::size_t i = 0; i < file.code.size(); ++i) {
                if (!std::regex_search(file.code[i], ban.pattern)) continue;
                findings.add(file.path, "line " + std::to_string(i + 1) + ": " + file.lines[i]);
            }
        }
        findings.report();
    }
}

TEST(Words, names_of_files_and_folders_say_something) {
    Findings findings("name");
    const std::set<std::string> empty_words = {"util",    "utils", "common", "misc",   "helper",
                                               "helpers", "core",  "base",   "shared", "stuff"};
    const std::regex separator("[/_.-]");
    for (const auto& file : tracked_files()) {
        std::sregex_token_iterator word(file.path.begin(), file.path.end(), separator, -1);
        const auto is_empty = [&](const std::string& part) { return empty_words.contains(part); };
        if (std::any_of(word, std::sregex_token_iterator(), is_empty)) findings.add(file.path);
    }
    findings.report();
}

// Put together here, so that this file does not hold what it looks for.
const std::vector<std::string> foreign_words = {
    std::string("deb.debian") + ".org",
    std::string("registry.npm") + "js.org",
    std::string("/wor") + "k/",
    std::string("/ho") + "me/",
    std::string("TO") + "DO",
    std::string("FIX") + "ME",
    std::string("XX") + "X",
    std::string("HA") + "CK",
};

bool is_letter_at(std::string_view text, std::size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
}

// Where the word stands by itself, not within a longer one such as the template of mkdtemp.
std::size_t find_word(std::string_view text, std::string_view word) {
    const bool is_path = word.contains('/') || word.contains('.');
    auto at = text.find(word);
    while (at != text.npos && !is_path &&
           (is_letter_at(text, at - 1) || is_letter_at(text, at + word.size()))) {
        at = text.find(word, at + 1);
    }
    return at;
}

TEST(Words, nothing_is_left_open_and_no_machine_or_registry_is_named) {
    Findings findings("foreign-word");
    for (const auto& file : tracked_files()) {
        for (const auto& word : foreign_words) {
            const auto at = find_word(file.text, word);
            if (at == file.text.npos) continue;
            const auto line = std::ranges::count(file.text.substr(0, at), '\n') + 1;
            findings.add(file.path + " " + word, "line " + std::to_string(line));
        }
    }
    findings.report();
}

}  // namespace
}  // namespace sluice::tidy
