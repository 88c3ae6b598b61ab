#include "base/http_request.hpp"
#include "base/system/http_responder.hpp"
#include "base/system/socket_address.hpp"
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::base {
namespace {

std::string answer_of(std::string_view head) {
    return http_answer("200 OK", "text/plain", std::string{parse_http_request(head).path} + "\n");
}

descriptor connected(const std::string& where) {
    connect_result result = connect_to(parse_endpoint(where).value, std::chrono::seconds{20});
    EXPECT_EQ(result.fault, "");
    (void)::fcntl(result.socket.get(), F_SETFL, 0);
    return std::move(result.socket);
}

std::string ask(const std::string& where, std::string_view request) {
    const descriptor socket = connected(where);
    EXPECT_EQ(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    return testing::read_all(socket);
}

TEST(HttpResponder, AnswersAndCloses) {
    http_responder responder{answer_of};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    ASSERT_EQ(listening.fault, "");
    const std::string answer = ask(listening.bound.front(), "GET /metrics?x HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n/metrics\n")) << answer;
}

TEST(HttpResponder, ARequestHasABound) {
    http_responder responder{answer_of};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    EXPECT_EQ(ask(listening.bound.front(), std::string(8'192, 'x')), "");
}

TEST(HttpResponder, SilentClientsAreDroppedAfterATime) {
    http_responder responder{answer_of};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    EXPECT_EQ(testing::read_all(connected(listening.bound.front())), "");
}

TEST(HttpResponder, SlowClientsAreCutWhenOthersWait) {
    http_responder responder{answer_of};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    const auto began = std::chrono::steady_clock::now();
    std::vector<descriptor> slow;
    for (int i = 0; i < 300; ++i) {
        slow.push_back(connected(listening.bound.front()));
        (void)::send(slow.back().get(), "GET /", 5, MSG_NOSIGNAL);
    }
    EXPECT_NE(ask(listening.bound.front(), "GET / HTTP/1.1\r\n\r\n"), "");
    // Each of 18 rounds of silent clients would take 3 s.
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{20});
    EXPECT_EQ(testing::read_all(slow.front()), "") << "the first one was cut";
}

TEST(HttpResponder, AnAnswerThatIsBeingTakenIsCutAfterRequestsThatDoNotCome) {
    constexpr std::size_t large = 5'000'000;  // more than the system's buffers take
    http_responder responder{
        [](std::string_view) { return http_answer("200 OK", "text/plain", std::string(large, 'x')); }};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    const descriptor taking = connected(listening.bound.front());
    ASSERT_GT(::send(taking.get(), "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), 0);
    char first = 0;
    ASSERT_EQ(::recv(taking.get(), &first, 1, 0), 1);
    std::vector<descriptor> silent;
    for (int i = 0; i < 100; ++i) {
        silent.push_back(connected(listening.bound.front()));
    }
    EXPECT_GT(testing::read_all(taking).size(), large);
}

TEST(HttpResponder, AnAnswerForWhichThereIsNoMemoryCostsThatExchangeAlone) {
    http_responder responder{[](std::string_view head) {
        if (head.starts_with("GET /huge ")) {
            throw std::bad_alloc{};
        }
        return answer_of(head);
    }};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    EXPECT_EQ(ask(listening.bound.front(), "GET /huge HTTP/1.1\r\n\r\n"), "");
    EXPECT_NE(ask(listening.bound.front(), "GET / HTTP/1.1\r\n\r\n"), "");
}

TEST(HttpResponder, LeavesTheSocketFileOfAnotherProgramAlone) {
    const testing::temporary_folder folder;
    const endpoint where = parse_listen_endpoint("unix:" + folder.path("socket")).value;
    listen_result next;
    {
        http_responder responder{answer_of};
        ASSERT_EQ(responder.listen(where).fault, "");
        std::filesystem::remove(folder.path("socket"));
        next = listen_on(where);
        ASSERT_EQ(next.fault, "");
    }
    EXPECT_TRUE(std::filesystem::exists(folder.path("socket")));
}

TEST(HttpResponder, EndsAtOnceAndTakesItsSocketFileWithIt) {
    const testing::temporary_folder folder;
    {
        http_responder responder{answer_of};
        ASSERT_EQ(responder.listen(parse_listen_endpoint("unix:" + folder.path("socket")).value).fault, "");
        const descriptor silent = connected("unix:" + folder.path("socket"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path("socket")));
}

TEST(HttpResponder, SaysWhyItCannotListen) {
    http_responder responder{answer_of};
    EXPECT_EQ(responder.listen(parse_listen_endpoint("192.0.2.1:0").value).fault, "Cannot assign requested address");
}

}  // namespace
}  // namespace chatos::base
