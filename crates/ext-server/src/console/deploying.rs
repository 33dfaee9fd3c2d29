//! Deploying from the registry.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect};
use serde_json::Value;

use super::page::{Head, Result, Said, Visitor, show};
use crate::deploy::DeployRequest;
use crate::http::Shared;
use crate::loading::whole;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "deploy.html")]
struct Page {
    head: Head,
    package: String,
    problem: Option<Problem>,
    /// What the package asks for and was not granted.
    missing: Vec<String>,
}

/// `GET /deploy`.
pub async fn page(visitor: Visitor) -> Result {
    let head = visitor.head("overview", "Deploy");
    Ok(show(&Page { head, package: String::new(), problem: None, missing: Vec::new() }))
}

/// `POST /deploy`.
pub async fn deploy(State(platform): Shared, visitor: Visitor, request: Request) -> Result {
    let said = Said::of_body(request).await?;
    let request = DeployRequest {
        package: said.get("package").unwrap_or_default().to_owned(),
        grant: said.all("grant").map(str::to_owned).collect(),
        ..DeployRequest::default()
    };
    let package = request.package.clone();
    let caller = visitor.caller.clone();
    let deploy = async move {
        let deployed = platform.deploy(&caller, &request, drop).await;
        if let Err(problem) = &deployed {
            platform.audit.deploy_refused(&caller, &request.package, problem).await;
        }
        deployed
    };
    match whole(deploy).await {
        Ok(running) => {
            let name = &running.deployment.name;
            let to = format!("/extensions/{}/{}?done=deployed", name.namespace(), name.name());
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let missing = problem.member("missing").and_then(Value::as_array);
            let missing = missing.into_iter().flatten().filter_map(|it| Some(it.as_str()?.into()));
            let (missing, status) = (missing.collect(), problem.status());
            let head = visitor.head("overview", "Deploy");
            let page = Page { head, package, problem: Some(problem), missing };
            Ok((status, show(&page)).into_response())
        }
    }
}
