// What an error reply means in the words of a store.
//
// Promise    an error reply says that nothing was done (failed), except IOERR: the disk did not say
#pragma once

#include <string_view>

#include "store/answer.hpp"

namespace sluice {

struct ErrorMeaning {
    Error error;
    Outcome outcome = Outcome::failed;
};
ErrorMeaning meaning_of(std::string_view error_reply);

template <class T>
Answer<T> refusal(std::string_view error_reply) {
    auto [error, outcome] = meaning_of(error_reply);
    return outcome == Outcome::failed ? Answer<T>::failed(std::move(error))
                                      : Answer<T>::indeterminate(std::move(error));
}

}  // namespace sluice
