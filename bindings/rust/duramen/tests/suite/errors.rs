use crate::{context, module};
use duramen::{Checkpoint, Code, Error};
use std::error::Error as _;

#[test]
fn an_error_has_code_text_and_details() {
    let context = context();
    let error = duramen::Module::from_text(&context, "Linear(3").unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert_eq!(error.detail("column"), Some("9"));
    assert_eq!(error.function(), Some("duramen_module_from_text"));
    assert_eq!(error.torch_error(), Some("SyntaxError"));
    assert!(error.details().count() >= 4 && error.source().is_none());
    assert_eq!(error.code().to_string(), "INVALID_ARGUMENT");
    assert!(format!("{:?}", error).contains("SyntaxError"));
}

#[test]
fn an_error_goes_to_another_thread() {
    let context = context();
    let error = module(&context, "Linear(1, 1)").parameter("wieght").unwrap_err();
    let nearest = std::thread::spawn(move || error.nearest().map(str::to_string)).join().unwrap();
    assert_eq!(nearest.as_deref(), Some("weight"));
}

#[test]
fn codes_are_those_of_c() {
    for number in -17..0 {
        assert_eq!(Code::from_status(number).status(), number);
        assert!(!matches!(Code::from_status(number), Code::Unknown(_)));
    }
    assert_eq!(Code::from_status(-5000), Code::User(-5000));
    assert_eq!(Code::from_status(-500), Code::Unknown(-500));
    assert_eq!(Error::with_status(-2000, "x").code(), Code::User(-2000));
    assert_eq!(Error::with_status(-2, "x").code(), Code::User(-1000));
}

#[test]
fn an_io_error_is_one_too() {
    let error = Error::from(std::io::Error::new(std::io::ErrorKind::Other, "gone"));
    assert_eq!(error.code(), Code::Io);
    assert!(error.source().unwrap().downcast_ref::<std::io::Error>().is_some());
    let error = Checkpoint::open(&context(), "nowhere/nothing.pt").err().unwrap();
    assert!(error.raw_os_error().is_some());
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::NotFound);
    assert_eq!(std::io::Error::from(Error::new("no file")).kind(), std::io::ErrorKind::Other);
}
