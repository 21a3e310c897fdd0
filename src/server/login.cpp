#include "server/login.hpp"

#include <algorithm>

#include "server/server.hpp"

namespace sluice {

bool equal_in_constant_time(std::string_view given, std::string_view secret) {
    // Always the same number of steps for one secret, whatever was given.
    constexpr std::size_t steps_min = 512;
    const std::size_t steps = std::max(steps_min, secret.size());
    volatile unsigned char difference = given.size() == secret.size() ? 0 : 1;
    for (std::size_t i = 0; i < steps; ++i) {
        const auto a = static_cast<unsigned char>(i < given.size() ? given[i] : 0);
        const auto b = static_cast<unsigned char>(i < secret.size() ? secret[i] : 0);
        difference = static_cast<unsigned char>(difference | (a ^ b));
    }
    return difference == 0;
}

bool log_in(CommandContext& context, std::string_view user, std::string_view password) {
    const std::string& secret = context.server.settings().password;
    const bool is_user = equal_in_constant_time(user, default_user);
    const bool is_password = secret.empty() || equal_in_constant_time(password, secret);
    if (is_user && is_password) {
        context.server.set_authenticated(context.session);
        return true;
    }
    context.reply.error("WRONGPASS invalid username-password pair or user is disabled.");
    context.server.delay_after_failed_auth(context.session);
    return false;
}

}  // namespace sluice
