//! What a plan runs beside what it makes: the provisioners of what it makes or destroys, actions, functions that it invokes, and
//! associations of Systems Manager. What that does is no resource of the plan; the text of it tells what it calls.
//!
//! See <https://developer.hashicorp.com/terraform/language/provisioners> and
//! <https://developer.hashicorp.com/terraform/language/block/action>.

use hcl::eval::Evaluate;
use hcl::template::{Element, Template};
use hcl::{Block, Expression};
use serde_json::Value;

use super::super::commands::{NOT_KNOWN, changes, script, texts};
use super::body::to_json;
use super::evaluate::Evaluator;
use super::file::ActionInvocation;
use super::identity::Identities;
use super::object::{Moment, Object};
use super::sets::in_a_row;
use super::source::{attribute, label};

/// What a provisioner runs stands in these arguments.
const RUN: &[&str] = &[
    "command",
    "interpreter",
    "inline",
    "script",
    "scripts",
    "environment",
];

/// The attributes of resources that run something when they are made or changed, which tell what.
#[rustfmt::skip]
const RUNNERS: &[(&str, &[&str])] = &[
    ("aws_lambda_invocation", &["function_name", "input"]),
    ("aws_ssm_association",   &["name", "parameters"]),
];

/// What is run, as far as it is told.
#[derive(Debug, Default)]
pub struct Runs {
    /// What leaves the answer open, in words.
    pub open: Vec<String>,
    /// What is not read, in words.
    pub notes: Vec<String>,
}

/// What a provisioner runs; `None`: the plan does not tell it.
type ProvisionerText = Option<String>;

/// All that a plan runs.
pub fn runs(ids: &Identities<'_, '_>, evaluator: Option<&Evaluator<'_>>) -> Runs {
    let mut runs = Runs::default();
    let objects = ids.objects;
    for object in objects.all.iter().chain(&objects.deposed) {
        if object.is_data || !object.is_changed() {
            continue;
        }
        for text in provisioners(ids, object, evaluator) {
            runs.add(&format!("a provisioner of {}", object.address), text);
        }
        let runner = RUNNERS.iter().find(|(kind, _)| *kind == object.kind);
        if let Some((_, attributes)) = runner
            && object.is_there(Moment::Then)
        {
            let values = attributes
                .iter()
                .map(|name| texts(&object.marked(Moment::Then, name)));
            let text = values.collect::<Vec<_>>().join("\n");
            // What they are given is data.
            let text = text.replace(NOT_KNOWN, "");
            runs.add(object.address, Some(text));
        }
    }
    for action in &objects.plan.action_invocations {
        runs.add(&action.address, of_action(action));
    }
    runs
}

impl Runs {
    fn add(&mut self, by: &str, text: ProvisionerText) {
        let does = match &text {
            None => Some("runs what the plan does not tell".to_owned()),
            Some(text) => changes(text),
        };
        let (list, told) = match (does, text.as_deref().and_then(script)) {
            (Some(does), _) if text.is_none() => (
                &mut self.open,
                format!("{by} {does}: give --terraform-source"),
            ),
            (Some(does), _) => (
                &mut self.open,
                format!("{by} {does}, and what comes of it is not known"),
            ),
            (None, Some(script)) => (
                &mut self.notes,
                format!("{by} runs {script}, which is not read"),
            ),
            (None, None) => return,
        };
        if !list.contains(&told) {
            list.push(told);
        }
    }
}

/// What the provisioners of an object run that is made or destroyed.
fn provisioners(
    ids: &Identities<'_, '_>,
    object: &Object<'_>,
    evaluator: Option<&Evaluator<'_>>,
) -> Vec<ProvisionerText> {
    let (is_made, is_destroyed) = (object.is_made(), object.does("delete"));
    if !is_made && !is_destroyed {
        return Vec::new();
    }
    let of_source = evaluator.and_then(|evaluator| Some((evaluator, evaluator.block(object)?)));
    if let Some((evaluator, block)) = of_source {
        let context = evaluator.of_object(ids, object, block);
        let context = context.unwrap_or_default();
        let all = block.body.blocks();
        let all = all.filter(|block| block.identifier.as_str() == "provisioner");
        let run = all.filter(|provisioner| {
            let when = attribute(&provisioner.body, "when");
            let is_last = when.is_some_and(|when| when.expr.to_string() == "destroy");
            label(provisioner, 0) != Some("file") && if is_last { is_destroyed } else { is_made }
        });
        return run
            .map(|provisioner| Some(written(provisioner, &context)))
            .collect();
    }
    // A plan does not tell which of them run when something is destroyed.
    let all = object.block.map_or(&[][..], |block| &block.provisioners);
    let run = all.iter().filter(|one| one.kind != "file");
    run.map(|one| planned(&one.expressions)).collect()
}

/// The text of a provisioner as a plan tells it: its constants.
fn planned(arguments: &Value) -> ProvisionerText {
    let mut all = Vec::new();
    for name in RUN {
        let Some(argument) = arguments.get(name) else {
            continue;
        };
        match argument.get("constant_value") {
            Some(constant) => all.push(texts(constant)),
            // What a program is given is data.
            None if *name == "environment" => {}
            None => return None,
        }
    }
    Some(all.join("\n"))
}

/// The same as the configuration has it.
fn written(provisioner: &Block, context: &hcl::eval::Context<'_>) -> String {
    let all = RUN
        .iter()
        .filter_map(|name| attribute(&provisioner.body, name));
    let all = all.map(|argument| {
        let text = text(&argument.expr, context);
        // What a program is given is data.
        let is_data = argument.key.as_str() == "environment";
        if is_data {
            text.replace(NOT_KNOWN, "")
        } else {
            text
        }
    });
    all.collect::<Vec<_>>().join("\n")
}

/// The texts of an expression, with a mark in place of what is not known.
fn text(expression: &Expression, context: &hcl::eval::Context<'_>) -> String {
    let value = expression.evaluate(context).ok().map(in_a_row);
    if let Some(value) = value.as_ref().and_then(to_json)
        && !value.is_null()
    {
        return texts(&value);
    }
    let all = |items: &[Expression]| {
        let items = items.iter().map(|item| text(item, context));
        items.collect::<Vec<_>>().join("\n")
    };
    match expression {
        Expression::TemplateExpr(template) => match Template::from_expr(template) {
            Ok(template) => {
                let elements = template.elements().iter();
                elements.map(|element| part(element, context)).collect()
            }
            Err(_) => NOT_KNOWN.to_string(),
        },
        Expression::Array(items) => all(items),
        Expression::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| format!("{name} {}", text(value, context)));
            fields.collect::<Vec<_>>().join("\n")
        }
        Expression::Parenthesis(inner) => text(inner, context),
        Expression::FuncCall(call)
            if ["chomp", "compact", "concat", "join", "trimspace"]
                .contains(&call.name.name.as_str()) =>
        {
            all(&call.args)
        }
        // The folder of a script.
        Expression::Traversal(traversal) if traversal.expr == variable("path") => ".".to_owned(),
        // Whichever of them it is.
        Expression::Conditional(choice) => {
            all(&[choice.true_expr.clone(), choice.false_expr.clone()])
        }
        Expression::Null
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::Variable(_)
        | Expression::Traversal(_)
        | Expression::FuncCall(_)
        | Expression::Operation(_)
        | Expression::ForExpr(_)
        | _ => NOT_KNOWN.to_string(),
    }
}

fn variable(name: &str) -> Expression {
    let name = hcl::expr::Variable::new(name);
    name.map_or(Expression::Null, Expression::Variable)
}

fn part(element: &Element, context: &hcl::eval::Context<'_>) -> String {
    match element {
        Element::Literal(text) => text.clone(),
        Element::Interpolation(interpolation) => text(&interpolation.expr, context),
        Element::Directive(_) => NOT_KNOWN.to_string(),
    }
}

/// What an action runs or is given. A command is not told where a part of it waits for apply.
fn of_action(action: &ActionInvocation) -> ProvisionerText {
    const COMMAND: [&str; 2] = ["command", "arguments"];
    if !action.kind.ends_with("local_command") {
        return Some(texts(&action.config_values));
    }
    let is_open = |name: &str| {
        let mark = action.config_unknown.get(name);
        mark.is_some_and(|mark| mark.to_string().contains("true"))
    };
    if COMMAND.into_iter().any(is_open) {
        return None;
    }
    let words = COMMAND.map(|name| action.config_values.get(name).map(texts));
    Some(words.map(Option::unwrap_or_default).join(" "))
}
