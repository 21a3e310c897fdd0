// An amount of money as a whole number of millionths, so that sums of many small costs stay exact.
//
// Units      micros: 1,000,000 is one unit of the currency; the currency is ISO 4217, "USD"
// Errors     invalid (no decimal number, more than six digits behind the point, no such currency
//            code), limit (beyond 64 bits)
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

class Currency {
  public:
    // Three upper-case letters.
    static Result<Currency> parse(std::string_view code);
    static constexpr Currency usd() { return Currency({'U', 'S', 'D'}); }
    std::string_view code() const { return {letters_.data(), letters_.size()}; }

    friend constexpr bool operator==(const Currency&, const Currency&) = default;

  private:
    explicit constexpr Currency(std::array<char, 3> letters) : letters_(letters) {}
    std::array<char, 3> letters_;
};

struct Money {
    std::int64_t micros = 0;
    Currency currency = Currency::usd();

    // A JSON number: "0.0125", "-3", "1.5e-05". Never rounds.
    static Result<Money> parse(std::string_view decimal, Currency currency);
    // The shortest decimal: "0.0125".
    std::string decimal() const;

    friend constexpr bool operator==(const Money&, const Money&) = default;
};

}  // namespace sluice
