#include "cli/dead_letter_text.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const WallTime began = WallTime::from_ms(1'700'000'000'000);

Attempt attempt(std::uint32_t number, std::string consumer, std::string error) {
    return {.number = number,
            .consumer = std::move(consumer),
            .started = began,
            .ended = began + Duration::from_ms(20),
            .error = std::move(error)};
}

FoundLetter found_letter() {
    DeadLetter letter;
    letter.original_stream = "orders";
    letter.original_id = "7-1";
    letter.error = "timeout\nafter 30s";
    letter.retry_count = 1;
    letter.time = began;
    letter.group = "billing";
    letter.reason = "retries_exhausted";
    letter.attempts = {attempt(1, "ada", "no host"), attempt(2, "bob", "timeout")};
    letter.original = {{"event_type", "order.paid"}, {"note", "\x1b[2J"}};
    return {.id = "9-0", .fields = encode_dead_letter(letter), .letter = letter};
}

TEST(DeadLetterText, shows_the_end_the_attempts_and_the_event) {
    const std::string text = letter_text(found_letter(), Terminal());
    EXPECT_THAT(text, HasSubstr("dead letter 9-0\n"));
    EXPECT_THAT(text, HasSubstr("  error        timeout\n               after 30s\n"));
    EXPECT_THAT(text, HasSubstr("  2  2023-11-14T22:13:20.000000Z  bob  20 ms  timeout\n"));
    EXPECT_THAT(text, HasSubstr("consumer: ada -> bob\n"));
    EXPECT_THAT(text, HasSubstr("error: no host -> timeout\n"));
    EXPECT_THAT(text, HasSubstr("  note         \\x1b[2J\n"));
}

TEST(DeadLetterText, the_json_holds_the_differences_beside_the_attempts) {
    const std::string json = letter_json(found_letter());
    EXPECT_TRUE(check_json(json, payload_json_limits)) << json;
    EXPECT_THAT(json, HasSubstr(R"("difference":{}})"));
    EXPECT_THAT(json, HasSubstr(R"("consumer":["ada","bob"])"));
    EXPECT_THAT(json, HasSubstr(R"("event_type":"order.paid")"));
}

TEST(DeadLetterQuery, the_type_is_found_in_events_and_in_plain_entries) {
    EXPECT_EQ(found_letter().type(), "order.paid");
}

TEST(DeadLetterQuery, filters_become_words) {
    DeadLetterFlags flags;
    EXPECT_TRUE(flags.empty());
    EXPECT_THAT(*filter_words(flags, began), IsEmpty());
    flags.group = "billing";
    flags.since = "2h";
    flags.until = "2023-11-14T22:13:20Z";
    flags.text = "host";
    EXPECT_FALSE(flags.empty());
    EXPECT_THAT(*filter_words(flags, began),
                ElementsAre("GROUP", "billing", "TEXT", "host", "SINCE", "1699992800000", "UNTIL",
                            "1700000000000"));
    flags.since = "yesterday";
    ASSERT_FALSE(filter_words(flags, began));
    EXPECT_THAT(filter_words(flags, began).error().message, HasSubstr("--since"));
}

}  // namespace
}  // namespace sluice
