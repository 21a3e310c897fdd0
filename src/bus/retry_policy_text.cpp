// The text of a retry policy, read and written.
#include <array>
#include <charconv>

#include "bus/duration_text.hpp"
#include "bus/retry_policy.hpp"
#include "event/refusal.hpp"

namespace sluice {

namespace {

constexpr std::string_view subject = "retry policy";
constexpr std::array<std::string_view, 3> jitter_words = {"none", "full", "equal"};

std::string_view next_word(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const auto word = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return word;
}

// The object of a message: "retry policy, retries".
std::string field(std::string_view option) {
    return std::string(subject) + ", " + std::string(option);
}

Result<Duration> read_duration(std::string_view option, std::string_view value, Duration most) {
    const auto duration = parse_duration(value);
    if (!duration) return refused(field(option), duration_rule);
    if (*duration > most) return refused(field(option), "must be at most " + duration_text(most));
    return *duration;
}

Result<void> read_delay(RetryPolicy& policy, std::string_view value) {
    SLUICE_TRY_ASSIGN(const auto delay, read_duration("delay", value, RetryPolicy::delay_max));
    policy.backoff = DelayList{{delay}};
    return {};
}

template <Duration ExponentialDelay::* member>
Result<void> read_exponential(RetryPolicy& policy, std::string_view value) {
    const auto option = member == &ExponentialDelay::base ? "base" : "max";
    SLUICE_TRY_ASSIGN(std::get<ExponentialDelay>(policy.backoff).*member,
                      read_duration(option, value, RetryPolicy::delay_max));
    return {};
}

Result<void> read_factor(RetryPolicy& policy, std::string_view value) {
    double factor = 0;
    const auto end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, factor, std::chars_format::fixed);
    if (read.ec != std::errc{} || read.ptr != end) {
        return refused(field("factor"), "must be a number from 1 to 100");
    }
    std::get<ExponentialDelay>(policy.backoff).factor = factor;
    return {};
}

Result<void> read_retries(RetryPolicy& policy, std::string_view value) {
    const auto end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, policy.retries_max);
    if (read.ec != std::errc{} || read.ptr != end) {
        return refused(field("retries"), "must be a whole number from 0 to 1000");
    }
    return {};
}

Result<void> read_jitter(RetryPolicy& policy, std::string_view value) {
    for (std::size_t i = 0; i < jitter_words.size(); ++i) {
        if (jitter_words[i] != value) continue;
        policy.jitter = static_cast<Jitter>(i);
        return {};
    }
    return refused(field("jitter"), "must be one of none, full, equal");
}

Result<void> read_age(RetryPolicy& policy, std::string_view value) {
    SLUICE_TRY_ASSIGN(policy.age_max, read_duration("max-age", value, RetryPolicy::age_max_limit));
    return {};
}

Result<void> read_republish(RetryPolicy& policy, std::string_view value) {
    if (value != "yes" && value != "no") return refused(field("republish"), "must be yes or no");
    policy.republishes = value == "yes";
    return {};
}

enum class Form { list, fixed, exponential, none };

struct Option {
    std::string_view name;
    Result<void> (*read)(RetryPolicy&, std::string_view value);
    std::optional<Form> only_in;
};

constexpr std::array options = {
    Option{"delay", read_delay, Form::fixed},
    Option{"base", read_exponential<&ExponentialDelay::base>, Form::exponential},
    Option{"factor", read_factor, Form::exponential},
    Option{"max", read_exponential<&ExponentialDelay::most>, Form::exponential},
    Option{"retries", read_retries, {}},
    Option{"jitter", read_jitter, {}},
    Option{"max-age", read_age, {}},
    Option{"republish", read_republish, {}},
};
using Seen = std::array<bool, options.size()>;

std::string allowed_options(Form form) {
    std::string names;
    for (const auto& option : options) {
        if (option.only_in && *option.only_in != form) continue;
        if (!names.empty()) names += ", ";
        names += option.name;
    }
    return names;
}

Result<void> read_option(RetryPolicy& policy, Form form, std::string_view word, Seen& seen) {
    const auto name = next_word(word, '=');
    for (std::size_t i = 0; i < options.size(); ++i) {
        const auto& option = options[i];
        if (option.name != name || (option.only_in && *option.only_in != form)) continue;
        if (seen[i]) return refused(field(name), "must not stand twice");
        seen[i] = true;
        return option.read(policy, word);
    }
    return refused(subject, "must have only the options " + allowed_options(form));
}

Result<DelayList> read_list(std::string_view text) {
    DelayList list;
    std::size_t place = 0;
    for (bool is_last = false; !is_last;) {
        is_last = !text.contains(',');
        const auto name = "delay " + std::to_string(++place);
        if (place > RetryPolicy::delays_limit) return refused(subject, "at most 64 delays");
        SLUICE_TRY_ASSIGN(const auto delay,
                          read_duration(name, next_word(text, ','), RetryPolicy::delay_max));
        list.delays.push_back(delay);
    }
    return list;
}

Result<Form> read_form(RetryPolicy& policy, std::string_view word) {
    if (word == "none") {
        policy.retries_max = 0;
        return Form::none;
    }
    if (word == "fixed") return Form::fixed;
    if (word == "exponential") {
        policy.backoff = ExponentialDelay{};
        return Form::exponential;
    }
    const bool is_list = !word.empty() && word.front() >= '0' && word.front() <= '9';
    if (!is_list) {
        return refused(subject,
                       "must begin with delays such as 1s,4s,16s, or with fixed, exponential or "
                       "none");
    }
    SLUICE_TRY_ASSIGN(auto list, read_list(word));
    policy.retries_max = static_cast<std::uint32_t>(list.delays.size());
    policy.backoff = std::move(list);
    return Form::list;
}

std::string delays_text(const DelayList& list) {
    std::string text;
    for (const auto delay : list.delays) {
        if (!text.empty()) text += ',';
        text += duration_text(delay);
    }
    return text;
}

std::string exponential_text(const ExponentialDelay& backoff) {
    std::array<char, 32> digits{};
    const auto end =
        std::to_chars(digits.begin(), digits.end(), backoff.factor, std::chars_format::fixed);
    return "exponential base=" + duration_text(backoff.base) +
           " factor=" + std::string(digits.begin(), end.ptr) +
           " max=" + duration_text(backoff.most);
}

bool is_within(Duration duration, Duration most) {
    return duration >= Duration{} && duration <= most;
}

}  // namespace

Result<void> check_retry_policy(const RetryPolicy& policy) {
    if (policy.retries_max > RetryPolicy::retries_limit) {
        return refused(field("retries"), "must be a whole number from 0 to 1000");
    }
    if (policy.age_max && !is_within(*policy.age_max, RetryPolicy::age_max_limit)) {
        return refused(field("max-age"), "must be at most 366d");
    }
    if (const auto* list = std::get_if<DelayList>(&policy.backoff)) {
        if (list->delays.empty() || list->delays.size() > RetryPolicy::delays_limit) {
            return refused(subject, "must have 1 to 64 delays");
        }
        for (const auto delay : list->delays) {
            if (!is_within(delay, RetryPolicy::delay_max)) {
                return refused(field("delay"), "must be at most 30d");
            }
        }
        return {};
    }
    const auto& backoff = std::get<ExponentialDelay>(policy.backoff);
    if (!(backoff.factor >= 1 && backoff.factor <= RetryPolicy::factor_limit)) {
        return refused(field("factor"), "must be a number from 1 to 100");
    }
    if (!is_within(backoff.most, RetryPolicy::delay_max)) {
        return refused(field("max"), "must be at most 30d");
    }
    if (!is_within(backoff.base, backoff.most)) {
        return refused(field("base"), "must be at most max");
    }
    return {};
}

Result<RetryPolicy> RetryPolicy::parse(std::string_view text) {
    RetryPolicy policy;
    Seen seen{};
    SLUICE_TRY_ASSIGN(const auto form, read_form(policy, next_word(text, ' ')));
    while (!text.empty()) {
        const auto word = next_word(text, ' ');
        if (!word.empty()) SLUICE_TRY(read_option(policy, form, word, seen));
    }
    if (form == Form::fixed && !seen[0]) return refused(subject, "fixed needs delay=");
    if (form == Form::none && policy.retries_max != 0) {
        return refused(field("retries"), "must not stand beside none");
    }
    SLUICE_TRY(check_retry_policy(policy));
    return policy;
}

std::string RetryPolicy::text() const {
    const auto* list = std::get_if<DelayList>(&backoff);
    const bool is_default_count = list != nullptr && retries_max == list->delays.size();
    std::string text = list != nullptr ? delays_text(*list)
                                       : exponential_text(std::get<ExponentialDelay>(backoff));
    if (!is_default_count) text += " retries=" + std::to_string(retries_max);
    if (jitter != Jitter::none) {
        text += " jitter=" + std::string(jitter_words[static_cast<std::size_t>(jitter)]);
    }
    if (age_max) text += " max-age=" + duration_text(*age_max);
    if (republishes) text += " republish=yes";
    return text;
}

}  // namespace sluice
