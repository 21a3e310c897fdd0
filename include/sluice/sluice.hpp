// Publishes events to a Sluice server, and handles them with leases, retries and dead letters.
//
// Needs      C++20; the library has no dependencies but threads
// Start      sluice::connect() to publish (connection.hpp), sluice::consume() to handle
//            (consumer.hpp), Requester and respond() to ask for work over streams and to be asked
//            (requester.hpp, responder.hpp), with co_await too (coroutine.hpp); examples/ has a
//            program for each
// Not here   embedded.hpp: the bus inside a program, without a server
#pragma once

#include <sluice/connection.hpp>
#include <sluice/consumer.hpp>
#include <sluice/coroutine.hpp>
#include <sluice/delivery.hpp>
#include <sluice/expected.hpp>
#include <sluice/requester.hpp>
#include <sluice/responder.hpp>
