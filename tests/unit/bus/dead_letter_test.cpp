// Dead letters: written, read, filtered, and stripped for replay without losing anything.
#include "bus/dead_letter.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>

#include "bus/dead_letter_filter.hpp"
#include "bus/error_signature.hpp"
#include "event/event_json.hpp"
#include "event/time_text.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

const WallTime noon = *parse_time("2026-02-11T12:00:00Z");

Fields original() {
    return {{"event_id", "e-1"},
            {"event_type", "task.failed"},
            {"source_agent_id", "ada"},
            {"data", R"({"Path":"x"})"}};
}

DeadLetter letter() {
    DeadLetter letter;
    letter.original_stream = "tasks";
    letter.original_id = "1700000000000-3";
    letter.error = "timeout after 30s";
    letter.retry_count = 3;
    letter.time = noon;
    letter.group = "workers";
    letter.consumer = "w-1";
    letter.reason = "retries_exhausted";
    letter.attempts = {{.number = 1,
                        .consumer = "w-1",
                        .started = noon,
                        .ended = noon,
                        .error = "timeout after 30s"}};
    letter.signature = signature_of(letter.error).hex();
    letter.original = original();
    return letter;
}

std::string value_of(const Fields& fields, std::string_view name) {
    const auto at = std::ranges::find(fields, name, &Field::name);
    return at == fields.end() ? "(none)" : at->value;
}

TEST(DeadLetter, has_the_fields_of_the_tenant_bus_and_ours) {
    auto written = letter();
    written.replay_count = 2;
    written.signature.clear();
    auto expected = original();
    expected.insert(expected.end(),
                    {{"_dlq_original_stream", "tasks"},
                     {"_dlq_original_id", "1700000000000-3"},
                     {"_dlq_error", "timeout after 30s"},
                     {"_dlq_retry_count", "3"},
                     {"_dlq_timestamp", "2026-02-11T12:00:00+00:00"},
                     {"_dlq_group", "workers"},
                     {"_dlq_consumer", "w-1"},
                     {"_dlq_reason", "retries_exhausted"},
                     {"_dlq_attempts",
                      R"([{"number":1,"consumer":"w-1","started":"2026-02-11T12:00:00.000000Z",)"
                      R"("ended":"2026-02-11T12:00:00.000000Z","error":"timeout after 30s"}])"},
                     {"_dlq_signature", signature_of("timeout after 5s").hex()},
                     {"_dlq_replay_count", "2"}});
    EXPECT_EQ(encode_dead_letter(written), expected);
}

// As agent-army writes them, with the counter of its own retries.
TEST(DeadLetter, of_the_tenant_bus_is_read) {
    auto fields = original();
    fields.insert(fields.end(), {{"_retry_count", "3"},
                                 {"_dlq_original_stream", "tasks"},
                                 {"_dlq_original_id", "1-0"},
                                 {"_dlq_error", "boom 5"},
                                 {"_dlq_retry_count", "3"},
                                 {"_dlq_timestamp", "2026-02-11T12:00:00.000001+00:00"}});
    const auto read = decode_dead_letter(fields);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->original_stream, "tasks");
    EXPECT_EQ(read->retry_count, 3U);
    EXPECT_EQ(read->time, noon + Duration{1});
    EXPECT_EQ(read->group, "");
    EXPECT_EQ(read->signature, signature_of("boom 6").hex());
    EXPECT_EQ(value_of(read->original, "_retry_count"), "3");
}

TEST(DeadLetter, errors_name_the_field) {
    struct Case {
        std::string_view name;
        std::string_view value;
        std::string_view message;
    };
    const auto fields = encode_dead_letter(letter());
    for (const auto& [name, value, message] : {
             Case{"_dlq_retry_count", "x", "_dlq_retry_count: must be a whole number of 32 bits"},
             Case{"_dlq_retry_count", "", "_dlq_retry_count: must be a whole number of 32 bits"},
             Case{"_dlq_replay_count", "-1",
                  "_dlq_replay_count: must be a whole number of 32 bits"},
             Case{"_dlq_timestamp", "noon", "_dlq_timestamp: must be an RFC 3339 time"},
             Case{"_dlq_attempts", "[1]", "_dlq_attempts: must be a list of attempts in JSON"},
         }) {
        SCOPED_TRACE(name);
        auto damaged = fields;
        std::ranges::find(damaged, name, &Field::name)->value = value;
        EXPECT_EQ(decode_dead_letter(damaged).error(),
                  (Error{Errc::invalid, std::string(message)}));
        damaged.push_back(*std::ranges::find(fields, name, &Field::name));
        EXPECT_FALSE(decode_dead_letter(damaged));
    }
    for (const std::string name : {"_dlq_original_stream", "_dlq_original_id", "_dlq_error",
                                   "_dlq_retry_count", "_dlq_timestamp"}) {
        auto without = fields;
        std::erase_if(without, [&](const Field& field) { return field.name == name; });
        EXPECT_EQ(decode_dead_letter(without).error().message, name + ": must be there");
        auto twice = fields;
        twice.push_back(*std::ranges::find(fields, name, &Field::name));
        EXPECT_EQ(decode_dead_letter(twice).error().message, name + ": must not stand twice");
    }
}

TEST(DeadLetter, cuts_a_long_error) {
    auto written = letter();
    written.error = std::string(DeadLetter::error_bytes_max + 1, 'x');
    EXPECT_EQ(value_of(encode_dead_letter(written), "_dlq_error").size(),
              DeadLetter::error_bytes_max);
}

// An entry that was copied out of the dead letters by hand must not bring its old reasons along.
TEST(DeadLetter, original_cannot_bring_books_of_its_own) {
    auto written = letter();
    written.original.push_back({"_dlq_error", "forged"});
    written.original.push_back({"_dlq_unknown", "forged"});
    written.original.push_back({"_retry_count", "3"});
    written.original.push_back({"_replay_count", "4"});
    const auto fields = encode_dead_letter(written);
    const auto read = decode_dead_letter(fields);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->error, "timeout after 30s");
    EXPECT_EQ(read->replay_count, 4U);
    EXPECT_EQ(value_of(fields, "_dlq_unknown"), "(none)");
    EXPECT_EQ(value_of(fields, "_retry_count"), "3");
}

TEST(DeadLetterReplay, strips_the_books_and_counts) {
    auto written = letter();
    written.original.push_back({"_retry_count", "3"});
    auto expected = original();
    expected.push_back({"_replay_count", "1"});
    EXPECT_EQ(replay_fields(encode_dead_letter(written)), expected);
}

TEST(DeadLetterReplay, count_survives_every_round) {
    Fields fields = original();
    for (std::uint32_t round = 1; round <= 5; ++round) {
        auto written = letter();
        written.original = fields;
        fields = replay_fields(encode_dead_letter(written));
        EXPECT_EQ(replay_count_of(fields), round);
        EXPECT_EQ(fields.size(), original().size() + 1);
    }
}

TEST(DeadLetterReplay, works_on_damaged_books) {
    struct Case {
        std::string_view name;
        std::string_view value;
        std::string_view count;
    };
    for (const auto& [name, value, count] : {
             Case{"_dlq_replay_count", "x", "1"},
             Case{"_dlq_replay_count", "7", "8"},
             Case{"_replay_count", "7", "8"},
             Case{"_dlq_replay_count", "4294967295", "4294967295"},
             Case{"_dlq_replay_count", "4294967296", "1"},
             Case{"_dlq_", "", "1"},
         }) {
        SCOPED_TRACE(std::string(name) + " " + std::string(value));
        auto fields = original();
        fields.push_back({std::string(name), std::string(value)});
        auto expected = original();
        expected.push_back({"_replay_count", std::string(count)});
        EXPECT_EQ(replay_fields(fields), expected);
    }
    EXPECT_EQ(replay_fields({}), (Fields{{"_replay_count", "1"}}));
}

TEST(DeadLetterFilter, every_condition_must_hold) {
    struct Case {
        std::string_view name;
        DeadLetterFilter filter;
        bool is_match;
    };
    const auto second = Duration::from_seconds(1);
    for (const auto& [name, filter, is_match] : {
             Case{"nothing", {}, true},
             Case{"group", {.group = "workers"}, true},
             Case{"other group", {.group = "other"}, false},
             Case{"reason", {.reason = "retries_exhausted"}, true},
             Case{"other reason", {.reason = "permanent"}, false},
             Case{"signature", {.signature = signature_of("timeout after 1s").hex()}, true},
             Case{"other signature", {.signature = "0"}, false},
             Case{"type", {.type = "task.failed"}, true},
             Case{"other type", {.type = "task.done"}, false},
             Case{"agent", {.agent = "ada"}, true},
             Case{"other agent", {.agent = "ad"}, false},
             Case{"since", {.since = noon}, true},
             Case{"since later", {.since = noon + second}, false},
             Case{"before", {.before = noon + second}, true},
             Case{"before it", {.before = noon}, false},
             Case{"text in the error", {.text = "TIMEOUT"}, true},
             Case{"text in the data", {.text = R"("path")"}, true},
             Case{"text in the id", {.text = "000-3"}, true},
             Case{"other text", {.text = "refused"}, false},
             Case{"two of which one fails", {.group = "workers", .type = "task.done"}, false},
         }) {
        SCOPED_TRACE(name);
        EXPECT_EQ(matches(filter, letter()), is_match);
    }
}

TEST(DeadLetterFilter, reads_events_in_json) {
    auto written = letter();
    written.original = {{"event", R"({"event_id":"e","type":"a.b","time":"2026-02-11T12:00:00Z",)"
                                  R"("source_agent_id":"bob","call_chain":["bob"]})"}};
    EXPECT_TRUE(matches({.type = "a.b", .agent = "bob"}, written));
    EXPECT_FALSE(matches({.type = "a.c"}, written));
    written.original = {{"event", "{"}};
    EXPECT_FALSE(matches({.type = "a.b"}, written));
    EXPECT_TRUE(matches({.text = "{"}, written));
}

class RandomLetters {
  public:
    explicit RandomLetters(std::uint64_t seed) : random_(seed) {}

    std::string bytes() {
        std::string text;
        for (auto size = random_.below(12); size > 0; --size)
            text += static_cast<char>(static_cast<unsigned char>(random_.below(256)));
        return text;
    }
    Fields fields() {
        constexpr std::array<std::string_view, 7> names = {
            "event_id", "_dlq_error", "_dlq_x", "_retry_count", "_replay_count", "_dlq", "data"};
        Fields fields;
        for (auto count = random_.below(8); count > 0; --count) {
            auto name =
                random_.one_in(2) ? std::string(names[random_.below(names.size())]) : bytes();
            fields.push_back({std::move(name), random_.one_in(3) ? "5" : bytes()});
        }
        return fields;
    }
    DeadLetter next() {
        DeadLetter letter;
        letter.original_stream = bytes();
        letter.original_id = bytes();
        letter.error = bytes();
        letter.retry_count = static_cast<std::uint32_t>(random_.next());
        letter.time = {static_cast<std::int64_t>(random_.next() >> 12)};
        letter.group = bytes();
        letter.consumer = bytes();
        letter.reason = bytes();
        for (std::uint32_t number = 0; number < random_.below(4); ++number) {
            note_attempt(letter.attempts, {.number = number,
                                           .consumer = bytes(),
                                           .started = letter.time,
                                           .ended = letter.time,
                                           .error = bytes()});
        }
        letter.signature = "s" + bytes();
        letter.replay_count = static_cast<std::uint32_t>(random_.next());
        letter.original = fields();
        return letter;
    }

  private:
    Random random_;
};

TEST(DeadLetterLaw, fields_give_the_letter_back) {
    RandomLetters letters(1);
    for (int i = 0; i < 5000; ++i) {
        auto written = letters.next();
        std::erase_if(written.original,
                      [](const Field& field) { return is_bookkeeping_field(field.name); });
        const auto read = decode_dead_letter(encode_dead_letter(written));
        ASSERT_TRUE(read) << read.error().message;
        ASSERT_EQ(*read, written);
    }
}

// Whatever was published comes back as it was, in its order, and nothing of the books with it.
TEST(DeadLetterLaw, replay_keeps_all_that_was_published) {
    RandomLetters letters(2);
    for (int i = 0; i < 5000; ++i) {
        auto written = letters.next();
        auto published = written.original;
        std::erase_if(published,
                      [](const Field& field) { return is_bookkeeping_field(field.name); });
        const auto before = std::max(written.replay_count, replay_count_of(written.original));
        auto replayed = replay_fields(encode_dead_letter(written));
        ASSERT_GE(replay_count_of(replayed), before);
        replayed.pop_back();
        ASSERT_EQ(replayed, published);
        ASSERT_EQ(replay_fields(written.original).size(), published.size() + 1);
    }
}

TEST(DeadLetterLaw, any_fields_are_answered) {
    RandomLetters letters(3);
    for (int i = 0; i < 5000; ++i) {
        auto fields = encode_dead_letter(letters.next());
        const auto extra = letters.fields();
        fields.insert(fields.end(), extra.begin(), extra.end());
        const auto read = decode_dead_letter(fields);
        if (read) {
            ASSERT_TRUE(decode_dead_letter(encode_dead_letter(*read)));
        }
    }
}

}  // namespace
}  // namespace sluice
