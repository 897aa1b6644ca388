//! When a server asks to be left alone for a while, and for how long.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::wire::Response;

/// How long is waited for a server that does not say how long.
const UNSAID: u64 = 60;
/// Numbers below this are seconds to wait; above, they are a time in seconds since 1970.
const FIRST_TIME: i64 = 1_000_000_000;

/// How many seconds an answer asks to wait before the same request is sent again; nothing if it does not ask for it.
pub(crate) fn asked(response: &Response) -> Option<u64> {
    let after = response.header("retry-after");
    let used_up = response.header("x-ratelimit-remaining").is_some_and(|left| left.trim() == "0");
    let is_asked = match response.status {
        429 => true,
        503 => after.is_some(),
        403 => after.is_some() || used_up || mentions_limit(&response.body),
        _ => false,
    };
    if !is_asked {
        return None;
    }
    let now = response.header("date").and_then(time);
    let reset = ["x-ratelimit-reset", "ratelimit-reset"].into_iter().find_map(|name| response.header(name));
    Some(after.and_then(|text| seconds(text, now)).or_else(|| seconds(reset?, now)).unwrap_or(UNSAID))
}

/// Seconds from now, from a number of seconds or from a time.
fn seconds(text: &str, now: Option<i64>) -> Option<u64> {
    let until = match text.trim().parse::<i64>() {
        Ok(number) if number < FIRST_TIME => return u64::try_from(number).ok(),
        Ok(number) => number,
        Err(_) => time(text)?,
    };
    // The clock of the server counts; ours may be wrong. A second more makes sure that it is over.
    u64::try_from(until - now?).ok().map(|wait| wait + 1)
}

/// A time as headers write it, in seconds since 1970.
fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    let of_header = || rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    text.parse::<Timestamp>().ok().or_else(of_header).map(Timestamp::as_second)
}

/// GitHub's second kind of limit has no header at times.
fn mentions_limit(body: &[u8]) -> bool {
    let start = &body[..body.len().min(1_000)];
    String::from_utf8_lossy(start).to_ascii_lowercase().contains("rate limit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::answer;

    const NOW: (&str, &str) = ("Date", "Thu, 26 Nov 2026 17:46:41 GMT");

    #[test]
    fn the_time_to_wait_is_read_from_what_each_server_sends() {
        let wait = |status, headers: &[(&str, &str)]| asked(&answer(status, headers, ""));
        assert_eq!(wait(429, &[("Retry-After", "30")]), Some(30));
        assert_eq!(wait(503, &[("Retry-After", "Thu, 26 Nov 2026 17:47:41 GMT"), NOW]), Some(61));
        assert_eq!(wait(403, &[("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1795715211"), NOW]), Some(11));
        assert_eq!(wait(429, &[("RateLimit-Reset", "12")]), Some(12));
        assert_eq!(wait(429, &[("X-RateLimit-Reset", "2026-11-26T17:46:51Z"), NOW]), Some(11));
        assert_eq!(wait(429, &[]), Some(UNSAID));
    }

    #[test]
    fn an_answer_that_asks_for_nothing_is_not_waited_for() {
        assert_eq!(asked(&answer(403, &[("X-RateLimit-Remaining", "12")], "{\"message\":\"no\"}")), None);
        assert_eq!(asked(&answer(200, &[("Retry-After", "9"), ("X-RateLimit-Remaining", "0")], "")), None);
        assert_eq!(asked(&answer(503, &[], "")), None);
        assert_eq!(asked(&answer(403, &[], "{\"message\":\"You have exceeded a secondary rate limit\"}")), Some(UNSAID));
    }
}
