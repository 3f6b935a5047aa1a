//! JSON as values, for tests, for explanations and for whoever has it anyway.

use serde_json::{Map as Object, Value as Json};

use super::{AsValue, Map, Value};

impl AsValue for Json {
    fn as_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::None,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => {
                let whole =
                    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
                whole.map_or_else(
                    || Value::Float(number.as_f64().unwrap_or(f64::NAN)),
                    Value::Integer,
                )
            }
            Self::String(text) => Value::Text(text),
            Self::Array(items) => Value::List(items),
            Self::Object(entries) => Value::Map(entries),
        }
    }
}

impl Map for Object<String, Json> {
    fn value(&self, key: &str) -> Option<Value<'_>> {
        self.get(key).map(AsValue::as_value)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        for (key, value) in self {
            visit(key, value.as_value());
        }
    }
}
